import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { HttpError, unauthorized } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import { parseCookies } from '../http/cookie.ts'
import type { HeaderReader } from '../http/incoming-request.ts'
import { asDependency, definition, type Dependency } from './definition.ts'

/** A security scheme of OpenAPI 3.1, with its name in `components.securitySchemes`. */
export interface SecurityScheme {
  readonly name: string
  readonly scheme: Readonly<Record<string, unknown>>
}

/** Options of a credential. */
export interface CredentialOptions<R extends boolean> {
  /** `false`: the value is `null` if the request has no credential. Default `true`: such a request is a 401. */
  readonly required?: R
  /** The source of the credential, for the documentation, in Markdown. */
  readonly description?: string
}

/** A credential of the caller. It is read before any other input, so that a stranger learns nothing about the schemas. */
export class Credential<T = unknown> {
  /** The schemes that carry it: any one of them is enough. */
  readonly schemes: readonly SecurityScheme[]
  readonly required: boolean
  readonly #read: (headers: HeaderReader) => T | null

  constructor(
    schemes: readonly SecurityScheme[],
    required: boolean,
    read: (headers: HeaderReader) => T | null,
  ) {
    this.schemes = schemes
    this.required = required
    this.#read = read
  }

  get [definition](): this {
    return this
  }

  /** @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: it is required and missing */
  read(headers: HeaderReader): T | null {
    const found = this.#read(headers)
    if (found === null && this.required) throw stackless(unauthorized)
    return found
  }
}

const credentialOptions: OptionNames<CredentialOptions<boolean>> = {
  required: true,
  description: true,
}

const bearerScheme = (
  description = 'A token, which is sent as `Authorization: Bearer <token>`.',
): SecurityScheme => ({
  name: 'bearer',
  scheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description },
})

/** A scheme for a key in a header or a cookie. Characters that component names cannot contain become `_`. */
const keyScheme = (
  place: 'header' | 'cookie',
  key: string,
  { name, description }: { readonly name: string; readonly description: string | undefined },
): SecurityScheme => ({
  name: name.replaceAll(/[^A-Za-z0-9.\-_]/g, '_'),
  scheme: {
    type: 'apiKey',
    in: place,
    name: key,
    ...(description !== undefined && { description }),
  },
})

const invalidRequest = (detail: string): HttpError =>
  new HttpError(400, detail, { headers: { 'www-authenticate': 'Bearer error="invalid_request"' } })

/** Reads the bearer token: empty if the scheme stands alone, `null` without a bearer scheme. */
function bearerOf(headers: HeaderReader): string | null {
  const sent = headers.get('authorization')
  if (sent === null) return null
  // The usual form. A comma or a space needs the rules below.
  if (sent.startsWith('Bearer ') && !sent.includes(' ', 7) && !sent.includes(','))
    return sent.slice(7)
  const found = /^([A-Za-z]+)(?: +(.*))?$/.exec(sent)
  if (found?.[1]?.toLowerCase() !== 'bearer') return null
  const token = found[2]?.trim() ?? ''
  // Two headers arrive as one, joined by a comma, which tokens do not contain.
  if (token.includes(','))
    throw invalidRequest('The Authorization header contains more than one token. Send one')
  return token
}

const readBearer = (headers: HeaderReader): string | null => bearerOf(headers) || null

/**
 * Reads the bearer token of the `Authorization` header (RFC 6750), without its scheme.
 *
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: it is missing, unless `required` is `false`
 * @throws {HttpError} `PLINTH_BAD_REQUEST`, 400: more than one was sent
 * @see https://www.rfc-editor.org/rfc/rfc6750
 * @example
 * ```ts
 * import { bearer, dependency, forbidden } from 'plinth'
 *
 * export const deployKey = dependency({ token: bearer() }, ({ token }) => {
 *   if (token !== process.env['DEPLOY_KEY']) throw forbidden()
 * }, { errors: [403] })
 * ```
 */
export function bearer(options?: CredentialOptions<true>): Dependency<string>
export function bearer(options: CredentialOptions<boolean>): Dependency<string | null>
export function bearer(options: CredentialOptions<boolean> = {}): Dependency<string | null> {
  checkOptions(options, credentialOptions, 'bearer()')
  return asDependency(
    new Credential([bearerScheme(options.description)], options.required ?? true, readBearer),
  )
}

/**
 * Reads an API key from a header.
 *
 * @param name - the name of the header, such as `x-api-key`
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: it is missing
 * @see https://fastapi.tiangolo.com/reference/security/#fastapi.security.APIKeyHeader
 * @example
 * ```ts
 * import { apiKey, dependency, unauthorized } from 'plinth'
 *
 * export const machine = dependency({ key: apiKey('x-api-key') }, ({ key }) => {
 *   if (key !== process.env['API_KEY']) throw unauthorized()
 *   return { id: 'machine' }
 * })
 * ```
 */
export function apiKey(name: string, options?: CredentialOptions<true>): Dependency<string>
export function apiKey(name: string, options: CredentialOptions<boolean>): Dependency<string | null>
export function apiKey(
  name: string,
  options: CredentialOptions<boolean> = {},
): Dependency<string | null> {
  checkOptions(options, credentialOptions, `apiKey("${name}")`)
  const { required = true, description } = options
  const schemes = [keyScheme('header', name, { name: `apiKey:${name.toLowerCase()}`, description })]
  return asDependency(new Credential(schemes, required, (headers) => headers.get(name) || null))
}

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
  const read = (headers: HeaderReader): string | CookieValues | null => {
    const token = bearerOf(headers)
    return token === null ? readCookie(headers, cookies) : token || null
  }
  const cookieScheme = keyScheme('cookie', documentedCookie, {
    name: `cookie:${documentedCookie}`,
    description: 'Set by the frontend when a user signs in. The browser sends it automatically.',
  })
  const schemes = [
    ...(bearerDescription === undefined ? [] : [bearerScheme(bearerDescription)]),
    cookieScheme,
  ]
  return asDependency(new Credential(schemes, required, read))
}
