import type { AnySchema } from '../schemas/any-schema.ts'
import { copyWith } from '../schemas/rewrite.ts'
import { definitionOf, memberOf, inputSideOf } from '../schemas/zod-definition.ts'
import type { Mode } from './mode.ts'

/** The context in which a missing setting is generated. */
export interface SupplyContext {
  readonly name: string
  readonly mode: Mode
  /** The directory of the `.env` files. */
  readonly directory: string
}

/** A value that was generated because the setting is missing. */
export interface Supplied {
  readonly text: string
  /** For example `.env.local` or `made in memory`. */
  readonly source: string
}

/** The marks of a secret setting. */
export interface SecretMark {
  /** Generates a missing value, or returns `undefined` if it cannot. */
  readonly supply?: (context: SupplyContext) => Supplied | undefined
  /** An example of the value, shown when it is missing or wrong. */
  readonly example?: string
}

// Part of the schema's definition, which Zod copies into every schema derived from it. Metadata would be lost by
// `secret(z.string()).min(8)`.
const mark: unique symbol = Symbol('plinth.secret')

/** Marks a schema as that of a secret setting. */
export function markSecret<S extends AnySchema>(schema: S, how: SecretMark): S {
  return copyWith(schema, { [mark]: how })
}

/** Returns the mark of a schema, or of the schema that it wraps; `undefined` if it is not a secret. */
export function secretMark(schema: AnySchema): SecretMark | undefined {
  const inner = inputSideOf(schema)
  const own = memberOf(definitionOf(schema), mark) as SecretMark | undefined
  return own ?? (inner && secretMark(inner))
}

/**
 * Marks a setting as a secret, which is redacted when the settings are printed.
 *
 * Reading the setting gives the plain value. Settings named like secrets (`…_SECRET`, `…_PASSWORD`, `…_TOKEN`,
 * `…_KEY`) need no mark.
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

/** Tells if the value of a setting must be redacted. */
export const isSecret = (name: string, schema: AnySchema): boolean =>
  secretName.test(name) || secretMark(schema) !== undefined
