import type { KeyObject } from 'node:crypto'
import type { BetterAuthInstance } from '../../database/kysely/better-auth-instance.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type CookieRequest, needsOrigin, refuseOrigin } from '../csrf.ts'
import { secretKey } from '../jwt/shared-secrets.ts'
import { cookieNameOf, optionsOf } from './instance-options.ts'

/** The part of an instance's context that Plinth uses. */
interface InstanceContext {
  readonly secret: string
  readonly authCookies: { readonly sessionToken: { readonly name: string } }
  readonly trustedOrigins: readonly string[]
  isTrustedOrigin(url: string): boolean
}

/** A Better Auth instance that has started. */
export interface OpenInstance {
  /** Signs the session cookie. */
  readonly secret: KeyObject
  /**
   * Protects against CSRF, by the instance's trusted origins.
   *
   * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403
   */
  checkOrigin(caller: CookieRequest, level: 'debug' | 'warn'): Promise<void>
}

const isContext = (context: object): context is InstanceContext => {
  const { secret, authCookies, trustedOrigins, isTrustedOrigin } =
    context as Partial<InstanceContext>
  return (
    typeof secret === 'string' &&
    typeof authCookies?.sessionToken.name === 'string' &&
    Array.isArray(trustedOrigins) &&
    typeof isTrustedOrigin === 'function'
  )
}

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_AUTH_INVALID', `betterAuth({ auth }): ${message}`)

/**
 * Waits until an instance has started, and compares it with what its options say.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the secret is weak, or this version of Better Auth differs from the ones
 * that Plinth knows
 */
export async function openInstance(auth: BetterAuthInstance): Promise<OpenInstance> {
  const options = optionsOf(auth)
  const context = await auth.$context
  if (!isContext(context))
    throw invalid('this version of Better Auth is not supported: use better-auth 1.7 or newer')
  const { name } = context.authCookies.sessionToken
  const expected = cookieNameOf(options)
  if (name !== expected)
    throw invalid(
      `the session cookie is called ${name}, and not ${expected} as its options say. Set baseURL in the options of the instance`,
    )
  const { trustedOrigins } = options
  return {
    secret: secretKey(context.secret, 'The secret of the Better Auth instance'),
    async checkOrigin(caller, level) {
      const { request } = caller
      if (!needsOrigin(request)) return
      const origin = request.headers.get('origin')
      const ofRequest = typeof trustedOrigins === 'function' ? await trustedOrigins(request) : []
      const trusted = [...context.trustedOrigins, ...ofRequest]
      // Better Auth compares with `this.trustedOrigins`, and makes such a copy for each of its own requests.
      const ours = Object.assign(Object.create(context) as InstanceContext, {
        trustedOrigins: trusted,
      })
      if (origin === null || !ours.isTrustedOrigin(origin)) refuseOrigin(caller, trusted, level)
    },
  }
}
