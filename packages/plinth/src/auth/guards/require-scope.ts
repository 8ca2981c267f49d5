import type { Dependency } from '../../dependencies/definition.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { callerGuard, type CallerGuard, insufficientScope } from './caller-guard.ts'
import type { AuthUser } from '../auth-user.ts'
import { claimValues } from './claim-values.ts'

/** What the `require…` dependencies look at: an {@link AuthUser}, or what an application makes of one. */
export type Claimed = Pick<AuthUser, 'claims'>

/** scope-token of RFC 6749, section 3.3, which may stand in a header as it is. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Where scopes stand: `scope` of RFC 8693, separated by spaces, or a list of one of the other names. */
const scopeClaims = ['scope', 'scopes', 'permissions'] as const

function insufficient(scopes: readonly string[]): HttpError {
  const missing = scopes.join(' ')
  return new HttpError(403, `This needs a token with the scope ${missing}`, {
    code: insufficientScope.code,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${missing}"` },
  })
}

/**
 * The caller, whose token must have all of these scopes: in its claim `scope`, separated by spaces, or in a list
 * `scopes` or `permissions`. A session has none, and so is refused.
 *
 * In the documentation the route asks for the scopes, and can answer 403.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: no scope is given, or one that can be none
 * @throws {HttpError} `PLINTH_INSUFFICIENT_SCOPE`, 403: one is missing
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1
 * @example
 * ```ts
 * import { betterAuth, requireScope, router } from 'plinth'
 *
 * const currentUser = betterAuth({ url: 'http://localhost:3000' })
 * const tasks = router('/api/tasks')
 * export const purge = tasks.delete(
 *   '/',
 *   { dependencies: { user: requireScope(currentUser, 'tasks:write') } },
 *   ({ user }) => console.log(user.id),
 * )
 * ```
 */
export function requireScope<U extends Claimed, A>(
  user: Dependency<U, A>,
  ...scopes: readonly [string, ...string[]]
): CallerGuard<U, U, A, typeof insufficientScope> {
  if (scopes.length === 0 || !scopes.every((scope) => scopeToken.test(scope)))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `requireScope needs scopes without blanks or quotes, as 'tasks:write': it was given ${JSON.stringify(scopes)}`,
    )
  return callerGuard(
    user,
    (caller) => {
      const has = new Set(scopeClaims.flatMap((name) => claimValues(caller.claims?.[name], ' ')))
      if (!scopes.every((scope) => has.has(scope))) throw insufficient(scopes)
      return caller
    },
    { error: insufficientScope, scopes, name: `requireScope ${scopes.join(' ')}` },
  )
}
