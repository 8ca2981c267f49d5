import type { AnySchema } from '../schemas/any-schema.ts'
import { copyWith } from '../schemas/rewrite.ts'
import { definitionOf, memberOf, inputSideOf } from '../schemas/zod-definition.ts'
import type { Mode } from './mode.ts'

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

/** Marks a schema with how its setting is made and shown. */
export function markSecret<S extends AnySchema>(schema: S, how: SecretMark): S {
  return copyWith(schema, { [mark]: how })
}

/** The mark of a schema, or of what it wraps; `undefined` when it is no secret. */
export function secretMark(schema: AnySchema): SecretMark | undefined {
  const inner = inputSideOf(schema)
  const own = memberOf(definitionOf(schema), mark) as SecretMark | undefined
  return own ?? (inner && secretMark(inner))
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
export const secret = <S extends AnySchema>(schema: S): S => markSecret(schema, {})

const secretName = /(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|KEY|DSN|SALT)S?$/i

/** Whether a setting's value may not be shown. */
export const isSecret = (name: string, schema: AnySchema): boolean =>
  secretName.test(name) || secretMark(schema) !== undefined
