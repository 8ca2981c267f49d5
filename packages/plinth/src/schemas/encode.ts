import type * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { AnySchema } from './any-schema.ts'
import { applyNaming } from './names/apply-naming.ts'
import { compiled, type Compiled } from './compiled.ts'
import { filtered } from './filtered.ts'
import type { Jsonify } from './jsonify.types.ts'
import { checkNaming } from './names/naming-rules.ts'
import type { Naming, Renamed } from './names/naming.types.ts'
import type { Returned, Sent } from './response-value.types.ts'
import { wire } from './wire.ts'

/** Compiles a schema of what is sent: undeclared fields are dropped, and values get their wire form. */
export const sentSchema = (schema: AnySchema): Compiled => compiled(filtered(wire(schema, 'json')))

const inWords = (issues: readonly z.core.$ZodIssue[]): string =>
  issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the value'}: ${message}`)
    .join('; ')

/** Options of {@link encode}. */
export interface EncodeOptions<N extends Naming = Naming> {
  /** The rule for the names of fields, as in `app()`, which this function does not know. Default: the schema's names. */
  readonly naming?: N
}
const encodeOptions: OptionNames<EncodeOptions> = { naming: true }

/**
 * Returns the wire form of a value outside a handler, for a queue, a socket or a cache.
 *
 * It is what a route with this `response` schema sends: fields that the schema does not name are dropped, and with them
 * the hidden fields of a model; dates, bigints and codecs are encoded; defaults are filled in. The result is plain JSON.
 *
 * @throws {PlinthError} `PLINTH_RESPONSE_INVALID`: the schema does not allow the value
 * @see https://docs.pydantic.dev/latest/concepts/serialization/#json-mode
 * @example
 * ```ts
 * import { createdAt, encode, field, id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', {
 *   id: id(),
 *   title: z.string(),
 *   note: field(z.string(), { hidden: true }),
 *   createdAt: createdAt(),
 * })
 * const row = { id: crypto.randomUUID(), title: 'Write', note: 'secret', createdAt: new Date(0) }
 * console.log(encode(Task, row)) // { id: '…', title: 'Write', createdAt: '1970-01-01T00:00:00.000Z' }
 * ```
 */
export function encode<S extends AnySchema>(schema: S, value: Returned<S>): Jsonify<Sent<S>>
export function encode<S extends AnySchema, const N extends Naming>(
  schema: S,
  value: Returned<S>,
  options: EncodeOptions<N>,
): Jsonify<Renamed<Sent<S>, N>>
export function encode(schema: AnySchema, value: unknown, options: EncodeOptions = {}): unknown {
  checkOptions(options, encodeOptions, 'encode()')
  const { naming } = options
  checkNaming(naming, 'encode()')
  const named = naming === undefined ? schema : applyNaming(schema, naming, 'response')
  const encoded = sentSchema(named).encode(value)
  if (!encoded.ok)
    throw new PlinthError(
      'PLINTH_RESPONSE_INVALID',
      `encode(): the schema does not allow the value: ${inWords(encoded.issues)}`,
    )
  return encoded.value
}
