import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { forbidden } from '../../errors/http-error.ts'
import { callerGuard, type CallerGuard, notAllowed } from './caller-guard.ts'
import type { Claimed } from './require-scope.ts'

/** Options of {@link requireOrganization}. */
export interface OrganizationOptions {
  /** The claim with the organization's id. Default `activeOrganizationId`, as in a session. */
  readonly claim?: string
}

const organizationOptions: OptionNames<OrganizationOptions> = { claim: true }

/**
 * Requires an active organization (Better Auth's `organization` plugin), and adds its id to the caller.
 *
 * Sessions have it by default. A JWT has it if the frontend adds it with `definePayload`, as of the time the token was
 * created. Membership and role are in Better Auth's `member` table, and are not checked.
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
  checkOptions(options, organizationOptions, 'requireOrganization()')
  const { claim = 'activeOrganizationId' } = options
  return callerGuard(
    user,
    (caller) => {
      const organizationId = caller.claims?.[claim]
      if (typeof organizationId !== 'string' || organizationId === '')
        throw forbidden('No active organization. Select one first.')
      return { ...caller, organizationId }
    },
    { error: notAllowed, name: 'requireOrganization' },
  )
}
