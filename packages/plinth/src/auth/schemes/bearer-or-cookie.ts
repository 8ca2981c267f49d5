import { Credential } from '../../dependencies/credential.ts'
import { asDependency, type Dependency } from '../../dependencies/definition.ts'
import { parseCookies } from '../../http/cookie.ts'
import type { HeaderReader } from '../../http/incoming-request.ts'
import { keyScheme } from './api-key.ts'
import { bearerScheme, readBearerToken } from './bearer.ts'

/** The values of a cookie, in the order in which the browser sent them. */
export type CookieValues = readonly string[]

/** Returns the values of the first of these cookies that was sent. */
function readCookie(headers: HeaderReader, names: readonly string[]): CookieValues | null {
  const sent = headers.get('cookie')
  if (sent === null) return null
  const cookies = parseCookies(sent)
  for (const name of names) {
    const values = cookies.get(name)
    if (values !== undefined) return values
  }
  return null
}

/** Options of {@link bearerOrCookie}. */
export interface BearerOrCookie {
  /** The description of the bearer token that is accepted, too; `undefined` for none. */
  readonly bearer: string | undefined
  /** Names of the cookie. Only the first one that was sent counts. */
  readonly cookies: readonly string[]
  /** The name of the cookie in the documentation. */
  readonly documentedCookie: string
  readonly required: boolean
}

/**
 * Reads a bearer token as text, or the values of a cookie as a list. If a bearer token was sent, only the token counts.
 */
export function bearerOrCookie({
  bearer: bearerDescription,
  cookies,
  documentedCookie,
  required,
}: BearerOrCookie): Dependency<string | CookieValues | null> {
  const cookieScheme = keyScheme('cookie', documentedCookie, {
    name: `cookie:${documentedCookie}`,
    description: 'Set by the frontend when a user signs in. The browser sends it automatically.',
  })
  return asDependency(
    new Credential<string | CookieValues>({
      schemes: [
        ...(bearerDescription === undefined ? [] : [bearerScheme(bearerDescription)]),
        cookieScheme,
      ],
      required,
      challenge: 'Bearer',
      missing: 'A token is required',
      read: ({ headers }) => {
        const token = readBearerToken(headers)
        return token === null ? readCookie(headers, cookies) : token || null
      },
    }),
  )
}
