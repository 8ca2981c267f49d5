import { baseUrlOf, optionsOf, pluginOf } from '../auth/in-process/instance-options.ts'
import {
  type BetterAuthInstance,
  isBetterAuthInstance,
} from '../database/kysely/better-auth-instance.ts'
import { hasPart, loadPart, type Project } from './project.ts'

/** Loads the Better Auth instance that runs in the service, if it has one. */
export async function ownBetterAuth(project: Project): Promise<BetterAuthInstance | undefined> {
  const exported = hasPart(project, 'auth') ? Object.values(await loadPart(project, 'auth')) : []
  return exported.find(isBetterAuthInstance)
}

/** The sources of the credentials of an instance. */
export interface CredentialSources {
  /** The response with the session cookie. */
  readonly signIn: string
  /** The source of a bearer token; `undefined` if the instance accepts none. */
  readonly token: string | undefined
}

/**
 * Describes where the credentials of an instance come from.
 *
 * @param origin - of the service. Default: that of the instance's base URL
 */
export function credentialSources(
  instance: BetterAuthInstance,
  origin?: string,
): CredentialSources {
  const options = optionsOf(instance)
  const given = baseUrlOf(options)
  const base = typeof given === 'string' ? URL.parse(given) : null
  const path = base && base.pathname !== '/' ? base.pathname : (options.basePath ?? '/api/auth')
  const url = `${origin ?? base?.origin ?? ''}${path}`
  const signIn = options.emailAndPassword?.enabled
    ? `the response of POST ${url}/sign-in/email`
    : `the response of a sign-in below ${url}`
  if (pluginOf(options, 'bearer') !== undefined)
    return { signIn, token: `the header set-auth-token of ${signIn}` }
  const hasJwt = pluginOf(options, 'jwt') !== undefined
  return {
    signIn,
    token: hasJwt ? `the token of GET ${url}/token, sent with the cookie of ${signIn}` : undefined,
  }
}
