import type { BetterAuthInstance } from '../../database/kysely/better-auth-instance.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { runIsolated } from '../../http/request-scope.ts'
import { fetchKeys } from '../jwks/fetch-keys.ts'
import type { ReadKeys } from '../jwks/key-set.ts'
import { usableKeys } from '../jwks/usable-keys.ts'
import { defaultAlgorithms } from '../jwt/jwt-options.ts'
import { type JwtVerifier, verifierOf } from '../jwt/jwt-verifier.ts'
import { McpTokens, type McpTokenOptions } from '../mcp/mcp-tokens.ts'
import { baseUrlOf, optionsOf, pluginOf } from './instance-options.ts'

interface KeysApi {
  getJwks(): Promise<unknown>
}

/** Reads the keys as Better Auth publishes them, without a request over the network. */
const publishedKeys =
  ({ api }: BetterAuthInstance): ReadKeys =>
  async () => {
    // Several requests may wait for this read, so it must not run in the transaction of one of them.
    const keys = usableKeys(await runIsolated(() => (api as KeysApi).getJwks()))
    if (keys.length === 0) throw new Error('Better Auth published no usable key')
    return keys
  }

/**
 * The verifier of the JWTs of an instance; undefined without the `jwt()` plugin.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: their issuer and audience depend on the request
 */
export function instanceTokens(auth: BetterAuthInstance): JwtVerifier | undefined {
  const options = optionsOf(auth)
  const plugin = pluginOf(options, 'jwt')
  if (plugin === undefined) return undefined
  const { jwt = {} } = plugin.options ?? {}
  const baseUrl = baseUrlOf(options)
  const origin = typeof baseUrl === 'string' ? URL.parse(baseUrl)?.origin : undefined
  const issuer = jwt.issuer ?? origin
  const audience = jwt.audience ?? origin
  if (issuer === undefined || audience === undefined)
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'betterAuth({ auth }): with a baseURL of several hosts, a token of one host would have no fixed issuer. Set them: jwt({ jwt: { issuer, audience } })',
    )
  return instanceVerifier(auth, {
    issuer: [issuer],
    audience: typeof audience === 'string' ? [audience] : audience,
  })
}

/**
 * The access tokens of an instance's MCP plugin for the endpoint of `plinth/mcp`.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the instance has no fixed base URL, or no `jwt()` plugin
 */
export function instanceMcpTokens(
  auth: BetterAuthInstance,
  given: string | McpTokenOptions,
): McpTokens {
  const options = optionsOf(auth)
  const baseUrl = baseUrlOf(options)
  if (pluginOf(options, 'jwt') === undefined || typeof baseUrl !== 'string')
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'betterAuth({ auth }): mcp needs an instance with the jwt() plugin and one baseURL, which issue its tokens',
    )
  const { origin, pathname } = new URL(baseUrl)
  const path = pathname === '/' ? (options.basePath ?? '/api/auth') : pathname.replace(/\/+$/, '')
  return new McpTokens(given, origin + path, ({ issuer, audience }) =>
    instanceVerifier(auth, { issuer: [issuer], audience: [audience] }),
  )
}

/** Verifies tokens that are signed with the keys of an instance. */
function instanceVerifier(
  auth: BetterAuthInstance,
  accepted: { readonly issuer: readonly string[]; readonly audience: readonly string[] },
): JwtVerifier {
  const { jwks = {} } = pluginOf(optionsOf(auth), 'jwt')?.options ?? {}
  const baseUrl = baseUrlOf(optionsOf(auth))
  const { remoteUrl, keyPairConfig } = jwks
  const policy = {
    secrets: [],
    jwks: undefined,
    keys: undefined,
    algorithms: [...new Set([...defaultAlgorithms, keyPairConfig?.alg ?? 'EdDSA'])],
    leeway: 5,
    ...accepted,
    origin: typeof baseUrl === 'string' ? URL.parse(baseUrl)?.origin : undefined,
  }
  const remote = remoteUrl === undefined ? undefined : new URL(remoteUrl)
  return verifierOf(policy, remote ? () => fetchKeys(remote) : publishedKeys(auth))
}
