import { expect, test } from 'vitest'
import { createToken } from './create-token.ts'
import { jwtVerifier } from './jwt-verifier.ts'

const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'
const other = 'R8tY3uI5oP1aS6dF2gH9jK4lZ7xC0vBn'

test('A token with a wrong signature is refused again and again, and the right one of the same user is not.', async () => {
  const verifier = jwtVerifier({ secret })
  const forged = await createToken(other, { sub: 'ann' })
  for (let time = 0; time < 3; time++)
    await expect(verifier.verify(forged)).rejects.toThrow('invalid signature')
  expect(verifier.known(forged)).toBeUndefined()
  const genuine = await createToken(secret, { sub: 'ann' })
  await expect(verifier.verify(genuine)).resolves.toMatchObject({ id: 'ann' })
})

test('A token that one service refuses is accepted by another one that has its secret.', async () => {
  const token = await createToken(other, { sub: 'ann' })
  await expect(jwtVerifier({ secret }).verify(token)).rejects.toThrow('invalid signature')
  await expect(jwtVerifier({ secret: other }).verify(token)).resolves.toMatchObject({ id: 'ann' })
})
