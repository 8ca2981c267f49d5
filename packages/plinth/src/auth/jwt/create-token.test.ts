import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { createToken } from './create-token.ts'
import { jwtVerifier } from './jwt-verifier.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'

test('a token has the subject and expires after 15 minutes', async () => {
  const token = await createToken(secret, { sub: 'ann' })
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
  const { iat, exp, ...rest } = decodeJwt(token)
  expect(exp! - iat!).toBe(900)
  expect(rest).toEqual({ sub: 'ann' })
})

test('every option becomes a claim, and email is not at the top level', async () => {
  const issuer = 'http://localhost:3000'
  const audience = ['http://localhost:8000']
  const token = await createToken(secret, {
    sub: 'ann',
    email: 'ann@example.com',
    name: 'Ann',
    sessionId: 's1',
    expiresIn: 86_400,
    issuer,
    audience,
  })
  const { iat, exp, ...rest } = decodeJwt(token)
  expect(exp! - iat!).toBe(86_400)
  const user = { email: 'ann@example.com', name: 'Ann' }
  expect(rest).toEqual({ sub: 'ann', sid: 's1', iss: issuer, aud: audience, user })
  expect(await jwtVerifier({ secret, issuer, audience }).verify(token)).toMatchObject({
    id: 'ann',
    ...user,
    sessionId: 's1',
  })
})

test.each([
  ['a weak secret', 'changethis', { sub: 'ann' }],
  ['no user', secret, { sub: '' }],
  ['no lifetime', secret, { sub: 'ann', expiresIn: Number.NaN }],
] as const)('%s is rejected', async (_, key, content) => {
  await expect(createToken(key, content)).rejects.toMatchObject({ code: 'PLINTH_AUTH_INVALID' })
})
