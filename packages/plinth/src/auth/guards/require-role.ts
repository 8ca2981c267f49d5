import type { Dependency } from '../../dependencies/definition.ts'
import { forbidden } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { callerGuard, type CallerGuard, notAllowed } from './caller-guard.ts'
import { claimValues } from './claim-values.ts'
import type { Claimed } from './require-scope.ts'

/**
 * Requires one of these roles (Better Auth's `admin` plugin), in the comma-separated claim `role`.
 * A session has the current role of its user; a JWT has the role as of the time it was created.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: no role, or an invalid one
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
      `requireRole needs one or more roles, such as 'admin'. Received: ${JSON.stringify(roles)}`,
    )
  const allowed = new Set<string>(roles)
  return callerGuard(
    user,
    (caller) => {
      if (!claimValues(caller.claims?.['role'], ',').some((role) => allowed.has(role)))
        throw forbidden(`Insufficient role: requires ${roles.join(' or ')}`)
      return caller
    },
    { error: notAllowed, name: `requireRole ${roles.join(' ')}` },
  )
}
