import * as z from 'zod'
import { durationAsText, durationFromText, durationText, durationValue } from './kinds/duration.ts'

/**
 * A span of time: milliseconds in TypeScript, ISO 8601 such as `PT1H30M` on the wire, `interval` in Postgres.
 *
 * A day is 24 hours. Years and months are refused, because they have no fixed length, and so are negative durations and
 * digits after the milliseconds. For these use `z.iso.duration()`, which is text in TypeScript.
 *
 * @see https://docs.pydantic.dev/latest/api/standard_library_types/#datetimetimedelta
 * @example
 * ```ts
 * import { duration, id, model } from 'plinth'
 *
 * const hour = 3_600_000
 * const Recipe = model('recipes', {
 *   id: id(),
 *   baking: duration().refine((time) => time <= 5 * hour, 'at most five hours'),
 *   resting: duration().default(hour / 2),
 * })
 * ```
 */
export function duration(): z.ZodCodec<z.ZodISODuration, z.ZodInt> {
  // a variable, because TypeScript compares all of ZodCodec's methods where it infers one from a return type
  const codec = z.codec(durationText, durationValue, {
    decode: durationFromText,
    encode: durationAsText,
  })
  return codec
}
