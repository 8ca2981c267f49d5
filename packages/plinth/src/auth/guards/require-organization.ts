import type { Dependency } from '../../dependencies/definition.ts'
import { forbidden } from '../../errors/http-error.ts'
import { callerGuard, type CallerGuard, notAllowed } from './caller-guard.ts'
import type { Claimed } from './require-scope.ts'

/** Options of {@link requireOrganization}. */
export interface OrganizationOptions {
  /** The claim that has the organization's id. Default `activeOrganizationId`, as a session has it. */
  readonly claim?: string
}

/**
 * The caller, with the organization that is active in the session: of Better Auth's `organization` plugin.
 *
 * A session has it by itself; a JWT has it where the frontend adds it by `definePayload`, as it was when the token was
 * made. That the user still is a member, and with which role, is in Better Auth's `member` table.
 *
 * @throws {HttpError} `PLINTH_FORBIDDEN`, 403: no organization is active
 * @see https://www.better-auth.com/docs/plugins/organization
 * @example
 * ```ts
 * import { betterAuth, requireOrganization, router } from 'plinth'
 *
 * const currentUser = betterAuth({ url: 'http://localhost:3000' })
 * const invoices = router('/api/invoices', { dependencies: { caller: requireOrganization(currentUser) } })
 * export const list = invoices.get('/', {}, ({ caller }) => console.log(caller.organizationId))
 * ```
 */
export function requireOrganization<U extends Claimed, A>(
  user: Dependency<U, A>,
  options: OrganizationOptions = {},
): CallerGuard<U & { readonly organizationId: string }, U, A, typeof notAllowed> {
  const { claim = 'activeOrganizationId' } = options
  return callerGuard(
    user,
    (caller) => {
      const organizationId = caller.claims?.[claim]
      if (typeof organizationId !== 'string' || organizationId === '')
        throw forbidden('No organization is active: choose one first')
      return { ...caller, organizationId }
    },
    { error: notAllowed, name: 'requireOrganization' },
  )
}
