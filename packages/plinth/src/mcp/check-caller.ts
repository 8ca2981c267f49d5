import { HttpError } from '../errors/http-error.ts'
import type { McpSetup } from './check-mcp-options.ts'
import type { McpHost } from './mcp.types.ts'
import { challengeWith } from './resource-metadata.ts'
import { callerRequest, type OuterRequest } from './tool-request.ts'

type Setup = Pick<McpSetup, 'user' | 'resource' | 'scopes'>

/**
 * Checks where a request comes from, and who sends it, before its body is read.
 *
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: a page of an origin that `cors` does not list (DNS rebinding)
 * @throws {HttpError} 401, with a challenge that leads to the authorization server; or what the dependency throws
 */
export async function checkCaller(setup: Setup, host: McpHost, outer: OuterRequest): Promise<void> {
  const { user, resource } = setup
  const origin = outer.incoming.headers.get('origin')
  const own = resource && new URL(resource.url).origin
  if (origin !== null && origin !== own && !host.allowsOrigin(origin))
    throw new HttpError(403, 'Pages of this origin may not call the endpoint', {
      code: 'PLINTH_ORIGIN_REFUSED',
    })
  if (user === null) return
  try {
    await host.authenticate(user, callerRequest(outer))
  } catch (error) {
    throw withChallenge(error, setup)
  }
}

/** Tells a client that is not signed in where it can. */
function withChallenge(error: unknown, { resource, scopes }: Setup): unknown {
  if (!(error instanceof HttpError) || resource === undefined) return error
  const asked = error.headers?.['www-authenticate'] ?? ''
  const isScope = error.status === 403 && parameterOf(asked, 'error') === 'insufficient_scope'
  if (error.status !== 401 && !isScope) return error
  const { code, title, message, status } = error
  const scope = isScope ? parameterOf(asked, 'scope') : scopes.join(' ') || undefined
  const challenge = challengeWith(resource, { error: parameterOf(asked, 'error'), scope })
  return new HttpError(status, message, {
    code,
    title,
    headers: { 'www-authenticate': challenge, 'access-control-expose-headers': 'www-authenticate' },
  })
}

const parameterOf = (challenge: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1]

/**
 * Returns the error that ends the whole request because of the response to a call.
 *
 * It is that of a caller who is not signed in, or whose token lacks a scope; `undefined` for any other, which the model
 * gets as the result of its call.
 */
export function refusalOf(response: Response, setup: Setup): HttpError | undefined {
  const { status } = response
  const challenge = response.headers.get('www-authenticate')
  if (setup.resource === undefined || challenge === null) return undefined
  const isScope = parameterOf(challenge, 'error') === 'insufficient_scope'
  if (status !== 401 && !(status === 403 && isScope)) return undefined
  const scope = parameterOf(challenge, 'scope')
  const error =
    status === 401
      ? new HttpError(401, 'Not authenticated: a tool needs a valid token', {
          headers: { 'www-authenticate': challenge },
        })
      : new HttpError(403, `Insufficient scope: requires ${scope ?? 'more'}`, {
          code: 'PLINTH_INSUFFICIENT_SCOPE',
          headers: { 'www-authenticate': challenge },
        })
  return withChallenge(error, setup) as HttpError
}
