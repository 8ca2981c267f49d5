import type { Dependency } from '../../dependencies/definition.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { challengeOf } from '../schemes/challenge-of.ts'
import { callerGuard, type CallerGuard, insufficientScope } from './caller-guard.ts'
import type { AuthUser } from '../auth-user.ts'
import { isScope } from '../schemes/scope.ts'
import { claimValues } from './claim-values.ts'

/** The part of a caller that the `require…` dependencies check: an {@link AuthUser}, or an application's own type. */
export type Claimed = Pick<AuthUser, 'claims'>

/** The claims with scopes: `scope` of RFC 8693, separated by spaces, or a list under one of the other names. */
const scopeClaims = ['scope', 'scopes', 'permissions'] as const

/** Returns a function that creates the 403, whose challenge has the scheme that the caller's credential has. */
function insufficient(user: Dependency<unknown>, scopes: readonly string[]): () => HttpError {
  const missing = scopes.join(' ')
  const challenge = challengeOf(user, `error="insufficient_scope", scope="${missing}"`)
  const headers = { 'www-authenticate': challenge }
  return () =>
    new HttpError(403, `Insufficient scope: requires ${missing}`, {
      code: insufficientScope.code,
      headers,
    })
}

/**
 * Requires all of these scopes in the caller's token.
 * They are in the claim `scope`, separated by spaces, or in a list `scopes` or `permissions`. A session has no scopes,
 * so it gets a 403.
 *
 * The OpenAPI document shows the scopes and the 403.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: no scope, or an invalid one
 * @throws {HttpError} `PLINTH_INSUFFICIENT_SCOPE`, 403: a scope is missing
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
  if (scopes.length === 0 || !scopes.every(isScope))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `requireScope needs scopes without spaces or quotes, such as 'tasks:write'. Received: ${JSON.stringify(scopes)}`,
    )
  const refuse = insufficient(user, scopes)
  return callerGuard(
    user,
    (caller) => {
      const granted = new Set(
        scopeClaims.flatMap((name) => claimValues(caller.claims?.[name], ' ')),
      )
      if (!scopes.every((scope) => granted.has(scope))) throw refuse()
      return caller
    },
    { error: insufficientScope, scopes, name: `requireScope ${scopes.join(' ')}` },
  )
}
