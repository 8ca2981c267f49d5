import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { keys, startKeyServer, type KeyServer } from '../../../test/support/auth/key-server.ts'
import { compact, testKey } from '../../../test/support/auth/tokens.ts'
import { app } from '../../app/app.ts'
import { mcp } from '../../mcp/mcp.ts'
import { connect, endpoint } from '../../mcp/mcp.fixture.ts'
import { router } from '../../routing/router.ts'
import { betterAuth, type BetterAuthOptions } from '../better-auth.ts'

const key = testKey('EdDSA', 'one')
let server: KeyServer
beforeAll(async () => {
  server = await startKeyServer(keys(key.jwk))
})
afterAll(() => server[Symbol.asyncDispose]())

/** A token of the frontend, or of its MCP plugin. */
const tokenOf = (claims: object): string => {
  const exp = Math.floor(Date.now() / 1000) + 60
  return compact({ alg: 'EdDSA', kid: key.kid }, { sub: 'ann', exp, ...claims }, key.sign)
}
const usual = () => tokenOf({ iss: server.url, aud: server.url })
const ofPlugin = (claims: object = {}) =>
  tokenOf({ iss: `${server.url}/api/auth`, aud: endpoint, ...claims })

function appWith(more: Partial<BetterAuthOptions<true>> = { mcp: endpoint }) {
  const user = betterAuth({ url: server.url, ...more })
  const me = router('/me', { dependencies: { user } })
  const read = me.get(
    '/',
    { response: z.object({ id: z.string() }), tool: { description: 'Who am I?' } },
    ({ user }) => ({ id: user.id }),
  )
  return app({ title: 'Me', routes: { me: { read } }, mcp: mcp({ user }) })
}

/** The statuses of a token: sent to the route, and sent to the endpoint with a call of the tool. */
async function outcome(api: ReturnType<typeof appWith>, token: string): Promise<[number, string]> {
  const headers = { authorization: `Bearer ${token}` }
  const direct = await api.fetch(new Request('http://localhost:8000/me', { headers }))
  const called = await connect(api, { token }).then(
    (client) => client.callTool({ name: 'me_read', arguments: {} }),
    () => undefined,
  )
  return [direct.status, String((called?.structuredContent as { id?: string })?.id)]
}

describe('betterAuth({ mcp })', () => {
  it('takes a token for the endpoint in calls of tools, and refuses it everywhere else', async () => {
    expect(await outcome(appWith(), ofPlugin())).toEqual([401, 'ann'])
    expect(await outcome(appWith(), ofPlugin({ aud: ['other', endpoint] }))).toEqual([401, 'ann'])
  })

  it('takes a token of the frontend in both places', async () => {
    expect(await outcome(appWith(), usual())).toEqual([200, 'ann'])
  })

  it('takes a token for the endpoint everywhere if it is told to', async () => {
    const api = appWith({ mcp: { resource: endpoint, everywhere: true } })
    expect(await outcome(api, ofPlugin())).toEqual([200, 'ann'])
  })

  it.each([
    ['another endpoint', { aud: 'http://localhost:9000/mcp' }],
    ['the issuer of the frontend’s tokens', { iss: 'http://localhost:3000' }],
    ['a time that is over', { exp: 1_000_000_000 }],
    ['no user', { sub: undefined }],
  ])('refuses a token with %s', async (_, claims) => {
    expect(await outcome(appWith(), ofPlugin(claims))).toEqual([401, 'undefined'])
  })

  it('refuses the frontend’s token with the audience of the endpoint, and the reverse', async () => {
    for (const claims of [
      { iss: server.url, aud: endpoint },
      { iss: `${server.url}/api/auth`, aud: server.url },
    ])
      expect(await outcome(appWith(), tokenOf(claims))).toEqual([401, 'undefined'])
  })

  it('is off by default', async () => {
    expect(await outcome(appWith({}), ofPlugin())).toEqual([401, 'undefined'])
  })

  it('tells the endpoint its URL and its issuer', async () => {
    const metadata = 'http://localhost:8000/.well-known/oauth-protected-resource/mcp'
    const response = await appWith().fetch(new Request(metadata))
    expect(await response.json()).toMatchObject({
      resource: endpoint,
      authorization_servers: [`${server.url}/api/auth`],
    })
  })

  it('refuses at startup what has no effect', () => {
    expect(() => betterAuth({ secret: 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo', mcp: endpoint })).toThrow(
      'mcp needs url',
    )
    expect(() => appWith({ mcp: '/mcp' })).toThrow('resource "/mcp" is not a URL')
    expect(() => appWith({ mcp: { resource: endpoint, audience: 'x' } as never })).toThrow(
      'unknown option "audience"',
    )
    const user = betterAuth({ url: server.url, mcp: endpoint })
    const other = { user, resource: 'http://localhost:1/mcp' }
    expect(() => mcp(other)).toThrow('takes tokens for "http://localhost:8000/mcp"')
  })
})
