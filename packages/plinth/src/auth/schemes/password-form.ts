import * as z from 'zod'
import { form, type FormSchema } from '../../http/form.ts'

/** The fields of a {@link passwordForm}. */
// A type, since an interface has no index signature, which Zod's shapes have.
export type PasswordFormShape = {
  readonly grant_type: z.ZodDefault<z.ZodLiteral<'password'>>
  readonly username: z.ZodString
  readonly password: z.ZodString
  readonly scope: z.ZodDefault<z.ZodString>
  readonly client_id: z.ZodOptional<z.ZodString>
  readonly client_secret: z.ZodOptional<z.ZodString>
}

/**
 * Declares the form of an OAuth2 login with user name and password (RFC 6749, section 4.3.2), as a body.
 *
 * `grant_type` is `password` if it is missing. `scope` is a text with spaces. Unknown fields are ignored, as the RFC
 * says. A wrong form is a 422 like any other; {@link passwordGrant} responds with the errors of the RFC instead.
 *
 * @see https://fastapi.tiangolo.com/reference/security/#fastapi.security.OAuth2PasswordRequestForm
 * @example
 * ```ts
 * import { createToken, passwordForm, router, unauthorized } from 'plinth'
 * import * as z from 'zod'
 *
 * const accounts = router('/accounts')
 * const Token = z.object({ access_token: z.string(), token_type: z.literal('bearer') })
 * export const login = accounts.post('/login', { body: passwordForm(), response: Token, errors: [401] },
 *   async ({ body }) => {
 *     if (body.username !== 'ann') throw unauthorized('Wrong user name or password')
 *     const access_token = await createToken(process.env['JWT_SECRET'] ?? '', { sub: body.username })
 *     return { access_token, token_type: 'bearer' }
 *   })
 * ```
 */
export const passwordForm = (): FormSchema<PasswordFormShape, z.core.$strip> => {
  // Its type is written out, since comparing an inferred one costs TypeScript more than the rest of this room.
  const shape: PasswordFormShape = {
    grant_type: z.literal('password').default('password'),
    username: z.string(),
    password: z.string(),
    scope: z.string().default(''),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
  }
  return form(shape).strip()
}
