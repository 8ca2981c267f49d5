import type * as z from 'zod'
import type { Mode } from './mode.ts'

/** Any Zod schema. */
export type Schema = z.core.$ZodType

/** Where a setting that is missing may be made. */
export interface SupplyContext {
  readonly name: string
  readonly mode: Mode
  /** Where the `.env` files are. */
  readonly directory: string
}

/** A value that was made because none was set. */
export interface Supplied {
  readonly text: string
  /** As `.env.local` or `memory`. */
  readonly source: string
}

/** What a setting's schema says besides its type. */
export interface SecretMark {
  /** What to do when it is missing; `undefined` when nothing can be done. */
  readonly supply?: (context: SupplyContext) => Supplied | undefined
  /** What to write, shown where it is missing or wrong. */
  readonly example?: string
}

// It stands in the schema's definition, which Zod copies into every schema that is made from this one:
// metadata would be lost by `secret(z.string()).min(8)`.
const mark: unique symbol = Symbol('plinth.secret')

interface Definition {
  readonly [mark]?: SecretMark
  readonly innerType?: Schema
  readonly in?: Schema
}

interface Cloneable {
  readonly _zod: { readonly def: object }
  clone(def: object): unknown
}

/** Marks a schema with how its setting is made and shown. */
export function markSecret<S extends Schema>(schema: S, how: SecretMark): S {
  const cloneable = schema as unknown as Cloneable
  return cloneable.clone({ ...cloneable._zod.def, [mark]: how }) as S
}

/** The mark of a schema, or of what it wraps; `undefined` when it is no secret. */
export function secretMark(schema: Schema): SecretMark | undefined {
  const definition = schema._zod.def as Definition
  const inner = definition.innerType ?? definition.in
  return definition[mark] ?? (inner && secretMark(inner))
}

/**
 * Marks a setting as a secret: read, it is the plain value; printed with the settings, it is `[redacted]`.
 *
 * Settings named as secrets are (`…_SECRET`, `…_PASSWORD`, `…_TOKEN`, `…_KEY`) are redacted without it.
 *
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { secret, settings } from 'plinth'
 *
 * const env = settings({ STRIPE: secret(z.string().default('sk_test')) })
 * console.log(env) // { STRIPE: '[redacted]' }
 * ```
 */
export const secret = <S extends Schema>(schema: S): S => markSecret(schema, {})

const secretName = /(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|KEY|DSN|SALT)S?$/i

/** Whether a setting's value may not be shown. */
export const isSecret = (name: string, schema: Schema): boolean =>
  secretName.test(name) || secretMark(schema) !== undefined
