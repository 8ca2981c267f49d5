import { createToken } from 'plinth'
import { expect, it, vi } from 'vitest'
import { tokenSource } from './token.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'

/** A sign-in service with this token lifetime in seconds, which counts its calls. */
function service(expiresIn: number) {
  let asked = 0
  const given: string[] = []
  const ask = async (): Promise<Response> => {
    const token = await createToken(secret, { sub: `ann-${++asked}`, expiresIn })
    given.push(token)
    return Response.json({ token })
  }
  return { ask, given }
}
const never = () => expect.unreachable('the user was not signed out')

it('a token is requested once and kept, also for concurrent calls', async () => {
  const { ask, given } = service(900)
  const token = tokenSource({ ask, signedOut: never })
  const tokens = await Promise.all([token(), token(), token()])
  expect(new Set([...tokens, await token()])).toEqual(new Set(given))
  expect(given.length).toBe(1)
})

it('a token that is about to expire, or was refused, is renewed', async () => {
  const short = service(20)
  const dying = tokenSource({ ask: short.ask, signedOut: never })
  await dying()
  expect(await dying()).toBe(short.given[1])

  const long = service(900)
  const token = tokenSource({ ask: long.ask, signedOut: never })
  const first = await token()
  expect(await token(first)).toBe(long.given[1])
  expect(await token(first)).toBe(long.given[1])
  expect(long.given.length).toBe(2)
})

it('a session that ended is reported, and returns no token', async () => {
  const signedOut = vi.fn<() => void>()
  const token = tokenSource({ ask: async () => new Response(null, { status: 401 }), signedOut })
  expect(await token()).toBe(undefined)
  expect(signedOut).toHaveBeenCalledOnce()
})

it('a failing service is an error, and is called again the next time', async () => {
  const { ask } = service(900)
  let fails = true
  const token = tokenSource({
    ask: () => (fails ? Promise.resolve(new Response(null, { status: 500 })) : ask()),
    signedOut: never,
  })
  await expect(token()).rejects.toThrow('responded with 500')
  fails = false
  expect(await token()).toMatch(/^ey/)
})
