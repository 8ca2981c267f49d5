import * as z from 'zod'
import type { Dependencies, ValuesOf } from '../../dependencies/dependency.ts'
import { form, type FormSchema } from '../../http/form.ts'
import type { RequestContext } from '../../http/request-context.ts'
import { isScope } from '../schemes/scope.ts'
import { tokenClient, type TokenClient } from './client-credentials.ts'
import { tokenError, tokenErrors, uncached } from './token-error.ts'

/** A request for a token with user name and password. */
export interface PasswordGrant {
  readonly username: string
  readonly password: string
  /** The scopes that the caller asks for; empty if it names none. */
  readonly scopes: readonly string[]
  /** The application that asks, or `null` if it names none. Its secret is not verified. */
  readonly client: TokenClient | null
}

/** The token of a {@link passwordGrant}. */
export interface GrantedToken {
  readonly accessToken: string
  /** Lifetime in seconds. */
  readonly expiresIn?: number
  readonly refreshToken?: string
  /** The scopes of the token, if they differ from those that were asked for. */
  readonly scopes?: readonly string[]
}

type Refused = null | undefined | false
type Check<D extends Dependencies> = (
  context: { readonly grant: PasswordGrant } & ValuesOf<D> & RequestContext,
) => GrantedToken | Refused | Promise<GrantedToken | Refused>

/** The body of a token request. Its fields are checked by the endpoint, whose errors have the format of the RFC. */
type TokenRequestShape = Readonly<
  Record<
    'grant_type' | 'username' | 'password' | 'scope' | 'client_id' | 'client_secret',
    z.ZodOptional<z.ZodString>
  >
>
/** The response of a token endpoint. */
export interface TokenResponse {
  access_token: string
  token_type: 'Bearer'
  expires_in?: number | undefined
  refresh_token?: string | undefined
  scope?: string | undefined
}

/** The declaration of the route, for `router.post(path, ...passwordGrant(…))`. */
export interface PasswordGrantSpec<D extends Dependencies> {
  body: FormSchema<TokenRequestShape, z.core.$strip>
  response: z.core.$ZodType<TokenResponse, TokenResponse>
  errors: readonly [400, 401]
  dependencies: D
  summary: string
}

type TokenRequest = { readonly [K in keyof TokenRequestShape]?: string | undefined }
type HandlerOf<D extends Dependencies> = (
  context: { readonly body: TokenRequest } & ValuesOf<D> & RequestContext,
) => Promise<TokenResponse>

const field = (description: string): z.ZodOptional<z.ZodString> =>
  z.string().optional().meta({ description })

/** The documented form. Plinth accepts any, so that the errors of a wrong one have the format of the RFC. */
const documented = {
  required: ['grant_type', 'username', 'password'],
  grantType: { type: 'string', const: 'password' },
  scope: { type: 'string', pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*$' },
} as const

const requestSchema = (): FormSchema<TokenRequestShape, z.core.$strip> => {
  const shape: TokenRequestShape = {
    grant_type: field('Always `password`.'),
    username: field("The user's name."),
    password: field("The user's password."),
    scope: field('The scopes to ask for, separated by spaces.'),
    client_id: field(
      'The application that asks, unless it is in the Authorization header (Basic).',
    ),
    client_secret: field('Its secret, if it has one.'),
  }
  const override = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
    const { grantType, scope, required } = documented
    Object.assign(jsonSchema.properties!['grant_type']!, grantType)
    Object.assign(jsonSchema.properties!['scope']!, scope)
    jsonSchema.required = [...required]
  }
  return form(shape).strip().meta({ override })
}

const responseSchema = (): z.core.$ZodType<TokenResponse, TokenResponse> =>
  z.object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().optional().meta({ description: 'Lifetime in seconds.' }),
    refresh_token: z.string().optional(),
    scope: z.string().optional().meta({ description: 'The scopes, separated by spaces.' }),
  })

function grantOf(request: Request, body: TokenRequest): PasswordGrant {
  const client = tokenClient(request.headers, body)
  const { grant_type: type, username, password, scope = '' } = body
  if (type === undefined) throw tokenError('invalid_request', 'grant_type is missing')
  if (type !== 'password')
    throw tokenError('unsupported_grant_type', 'This endpoint supports the grant type password')
  if (username === undefined || password === undefined)
    throw tokenError('invalid_request', 'username or password is missing')
  const scopes = scope.split(' ').filter((one) => one !== '')
  if (!scopes.every(isScope)) throw tokenError('invalid_scope', 'scope has invalid characters')
  return { username, password, scopes: [...new Set(scopes)], client }
}

/**
 * Declares the token endpoint of an OAuth2 login with user name and password (RFC 6749, section 4.3).
 *
 * `check` gets the `grant`: user name, password, scopes and client. It returns the token, or `null` for a wrong
 * password. The form, the responses, `Cache-Control: no-store` and the errors are those of the RFC, also in an app with
 * another error format. Unknown fields are ignored. A client may be named by the form or by a Basic header, or not at
 * all. Other errors are thrown with {@link tokenError}.
 *
 * @returns the options and the handler of the route
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.3
 * @see https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/
 * @example
 * ```ts
 * import { createToken, database, passwordGrant, router } from 'plinth'
 *
 * const db = database('pglite:memory')
 * const auth = router('/auth')
 * export const login = auth.post('/token', ...passwordGrant({ db }, async ({ grant }) => {
 *   if (grant.username !== 'ann') return null
 *   const content = { sub: grant.username, claims: { scope: grant.scopes.join(' ') } }
 *   return { accessToken: await createToken(process.env['JWT_SECRET'] ?? '', content), expiresIn: 900 }
 * }))
 * ```
 */
export function passwordGrant<const D extends Dependencies>(
  needs: D,
  check: Check<D>,
): [spec: PasswordGrantSpec<D>, handler: HandlerOf<D>] {
  const spec = {
    body: requestSchema(),
    response: responseSchema(),
    // A client sees statuses alone, since the bodies are not problem documents.
    errors: tokenErrors as unknown as readonly [400, 401],
    dependencies: needs,
    summary: 'Sign in with user name and password',
  }
  const handler: HandlerOf<D> = async (context) => {
    const { request, reply, body } = context
    const grant = grantOf(request, body)
    // The context's members have getters, which a copy by spreading would lose.
    const given = Object.assign(context, { grant })
    const token = await check(given)
    if (!token) throw tokenError('invalid_grant', 'The user name or the password is wrong')
    for (const [name, value] of Object.entries(uncached)) reply.header(name, value)
    const { accessToken, expiresIn, refreshToken, scopes } = token
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      ...(expiresIn !== undefined && { expires_in: Math.floor(expiresIn) }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(scopes !== undefined && { scope: scopes.join(' ') }),
    }
  }
  return [spec, handler]
}
