import { PlinthError } from '../errors/plinth-error.ts'

const plain = /^[A-Za-z_$][\w$.]{0,79}$/

/**
 * The `error.type` of an error: its stable code, or the name of its class. Never its message, which may hold a value.
 *
 * `_OTHER` is the value that the semantic conventions give to an error without a known type.
 */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  const { code } = error as { readonly code?: unknown }
  // Codes of Node, such as ECONNREFUSED. Other libraries put anything there.
  const isStable =
    error instanceof PlinthError || (typeof code === 'string' && /^E[A-Z_]{2,40}$/.test(code))
  const type = isStable ? String(code) : error.name
  return plain.test(type) ? type : '_OTHER'
}
