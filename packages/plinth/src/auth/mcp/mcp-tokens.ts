import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { ProtectedResource } from '../../dependencies/traits.ts'
import { HandlerContext } from '../../http/exchange.ts'
import type { RequestContext } from '../../http/request-context.ts'
import type { AuthUser } from '../auth-user.ts'
import { InvalidToken } from '../invalid-token.ts'
import type { JwtVerifier } from '../jwt/jwt-verifier.ts'

/** The access tokens that Better Auth's MCP plugin issues for the endpoint of `plinth/mcp`. */
export interface McpTokenOptions {
  /** The URL of the endpoint, such as `https://api.example.com/mcp`, which the tokens have as `aud`. */
  readonly resource: string
  /** Accepted `iss`, where clients sign in. Default: the path of Better Auth's API, such as `<url>/api/auth`. */
  readonly issuer?: string
  /**
   * `true` accepts them from requests that do not come through the endpoint, too. Default `false`.
   *
   * A person has given such a token to an agent, for the tools alone.
   */
  readonly everywhere?: boolean
}

const tokenOptions: OptionNames<McpTokenOptions> = {
  resource: true,
  issuer: true,
  everywhere: true,
}

/** Creates the verifier of tokens with this issuer and this audience. */
type MakeVerifier = (accepted: { issuer: string; audience: string }) => JwtVerifier

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_AUTH_INVALID', `betterAuth(): mcp: ${problem}`)

/** Accepts the tokens of one endpoint for agents, beside the usual ones of `betterAuth()`. */
export class McpTokens {
  readonly resource: ProtectedResource
  readonly #verifier: JwtVerifier
  readonly #everywhere: boolean

  /**
   * @param usualIssuer - the issuer of Better Auth's OAuth plugins
   * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the resource or the issuer is not a URL
   */
  constructor(given: string | McpTokenOptions, usualIssuer: string, makeVerifier: MakeVerifier) {
    const options = typeof given === 'string' ? { resource: given } : given
    checkOptions(options, tokenOptions, 'betterAuth(): mcp')
    const { resource, issuer = usualIssuer, everywhere = false } = options
    for (const [name, text] of Object.entries({ resource, issuer }))
      if (!isPlainUrl(text))
        throw invalid(
          `${name} ${JSON.stringify(text)} is not a URL without query and fragment: write it as clients see it, such as http://localhost:8000/mcp`,
        )
    this.resource = { url: resource, authorizationServers: [issuer] }
    this.#verifier = makeVerifier({ issuer, audience: resource })
    this.#everywhere = everywhere
  }

  /**
   * Verifies a token that names the endpoint as its audience; returns `undefined` for every other token.
   *
   * @throws {InvalidToken} the request did not come through the endpoint, or the token is invalid
   */
  userOf(token: string, context: RequestContext): AuthUser | Promise<AuthUser> | undefined {
    const known = this.#verifier.known(token)
    if (known === undefined && !namesAudience(token, this.resource.url)) return undefined
    if (!this.#everywhere && HandlerContext.resourceOf(context) !== this.resource.url)
      throw new InvalidToken(
        'the token is for the MCP endpoint, and this route was called directly',
      )
    return known ?? this.#verifier.verify(token)
  }
}

function isPlainUrl(text: unknown): boolean {
  const url = typeof text === 'string' ? URL.parse(text) : null
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
}

/** Reads the audience of a token before it is verified, only to choose its verifier. */
function namesAudience(token: string, audience: string): boolean {
  const [, payload] = token.split('.', 2)
  if (payload === undefined) return false
  try {
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: unknown }
    return aud === audience || (Array.isArray(aud) && aud.includes(audience))
  } catch {
    return false
  }
}
