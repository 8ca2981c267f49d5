import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { HttpError } from '../errors/http-error.ts'

/** The endpoint of the apps in the tests. */
export const endpoint = 'http://localhost:8000/mcp'

/** A caller whose token is its id, with its scopes after a colon: `ann:notes:write`. */
export const currentUser = dependency(
  { token: bearer() },
  ({ token }) => {
    if (token === 'forged')
      throw new HttpError(401, 'Invalid token', {
        code: 'PLINTH_INVALID_TOKEN',
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      })
    const [id = '', ...scopes] = token.split(' ')
    return { id, claims: { scope: scopes.join(' ') } }
  },
  { errors: [401], name: 'currentUser' },
)

/** The part of an app that clients use. */
interface Fetches {
  fetch(request: Request): Promise<Response>
}

/** Connects the official client to an app in this process. */
export async function connect(
  api: Fetches,
  { token = 'ann', mode = 'auto' }: { token?: string; mode?: 'auto' | 'legacy' } = {},
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
      fetch: (url, init) => api.fetch(new Request(url, init)),
    }),
  )
  return client
}

/** Sends one message of the 2025 protocol. */
export const send = (
  api: Fetches,
  message: unknown,
  headers: Readonly<Record<string, string>> = { authorization: 'Bearer ann' },
): Promise<Response> =>
  api.fetch(
    new Request(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    }),
  )
