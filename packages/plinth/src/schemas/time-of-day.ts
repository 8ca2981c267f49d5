import * as z from 'zod'
import {
  timeOfDayAsText,
  timeOfDayFromText,
  timeOfDayText,
  timeOfDayValue,
} from './kinds/time-of-day.ts'

/**
 * A time of day: milliseconds after midnight in TypeScript, such as `09:30:00` on the wire, `time` in Postgres.
 *
 * Times can be compared with `<`, and a {@link duration} added. A caller may leave out the seconds, and may send up to
 * three digits after them. For text in TypeScript use `z.iso.time()`.
 *
 * @see https://docs.pydantic.dev/latest/api/standard_library_types/#datetimetime
 * @example
 * ```ts
 * import { id, model, timeOfDay } from 'plinth'
 *
 * const Shop = model('shops', { id: id(), opens: timeOfDay(), closes: timeOfDay() })
 * const isOpenAt = (shop: { opens: number; closes: number }, time: number) =>
 *   shop.opens <= time && time < shop.closes
 * ```
 */
export function timeOfDay(): z.ZodCodec<z.ZodISOTime, z.ZodInt> {
  // a variable, because TypeScript compares all of ZodCodec's methods where it infers one from a return type
  const codec = z.codec(timeOfDayText, timeOfDayValue, {
    decode: timeOfDayFromText,
    encode: timeOfDayAsText,
  })
  return codec
}
