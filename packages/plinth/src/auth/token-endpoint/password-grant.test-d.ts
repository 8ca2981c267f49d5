import { expectTypeOf, test } from 'vitest'
import { dependency } from '../../dependencies/dependency.ts'
import { router } from '../../routing/router.ts'
import { passwordForm } from '../schemes/password-form.ts'
import { passwordGrant, type PasswordGrant } from './password-grant.ts'

const users = dependency(() => new Map([['ann', 'secret']]))

test('the check of a token endpoint gets the grant, its dependencies and the context of the request', () => {
  const login = router('/auth').post(
    '/token',
    ...passwordGrant({ users }, ({ grant, users: known, requestId }) => {
      expectTypeOf(grant).toEqualTypeOf<PasswordGrant>()
      expectTypeOf(known).toEqualTypeOf<Map<string, string>>()
      return known.get(grant.username) === grant.password && { accessToken: requestId }
    }),
  )
  type Types = (typeof login)['~types']
  expectTypeOf<Types['form']>().toEqualTypeOf<true>()
  expectTypeOf<Types['out']>().toExtend<{ access_token: string; token_type: 'Bearer' }>()
  expectTypeOf<(typeof login)['path']>().toEqualTypeOf<'/auth/token'>()
})

test('a check returns a token, or a value that refuses', () => {
  passwordGrant({}, async () => null)
  // @ts-expect-error Type 'string' is not assignable to type
  passwordGrant({}, () => 'token')
})

test('a form of a login has a user name and a password, and the rest may be left out', () => {
  const login = router('').post('/login', { body: passwordForm() }, ({ body }) => {
    expectTypeOf(body.scope).toEqualTypeOf<string>()
    return body.username
  })
  type Body = (typeof login)['~types']['body']
  expectTypeOf<{ username: string; password: string }>().toExtend<Body>()
  expectTypeOf<{ username: string }>().not.toExtend<Body>()
})
