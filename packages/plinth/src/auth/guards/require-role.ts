import type { Dependency } from '../../dependencies/definition.ts'
import { forbidden } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { callerGuard, type CallerGuard, notAllowed } from './caller-guard.ts'
import { claimValues } from './claim-values.ts'
import type { Claimed } from './require-scope.ts'

/**
 * The caller, who must have one of these roles: of Better Auth's `admin` plugin, in the claim `role`, separated by
 * commas. A session has the one in its user's row; a JWT the one it had when it was made.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: no role is given
 * @throws {HttpError} `PLINTH_FORBIDDEN`, 403: the caller has none of them
 * @see https://www.better-auth.com/docs/plugins/admin
 * @example
 * ```ts
 * import { betterAuth, requireRole, router } from 'plinth'
 *
 * const currentUser = betterAuth({ url: 'http://localhost:3000' })
 * const reports = router('/api/reports', { dependencies: { user: requireRole(currentUser, 'admin') } })
 * export const list = reports.get('/', {}, ({ user }) => console.log(user.id))
 * ```
 */
export function requireRole<U extends Claimed, A>(
  user: Dependency<U, A>,
  ...roles: readonly [string, ...string[]]
): CallerGuard<U, U, A, typeof notAllowed> {
  if (roles.length === 0 || roles.some((role) => role.trim() === '' || role.includes(',')))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `requireRole needs one role or more, as 'admin': it was given ${JSON.stringify(roles)}`,
    )
  const wanted = new Set<string>(roles)
  return callerGuard(
    user,
    (caller) => {
      if (!claimValues(caller.claims?.['role'], ',').some((role) => wanted.has(role)))
        throw forbidden(`This is for the role ${roles.join(' or ')}`)
      return caller
    },
    { error: notAllowed, name: `requireRole ${roles.join(' ')}` },
  )
}
