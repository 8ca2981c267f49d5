import { expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { body } from '../../dependencies/parameter.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { closeReason, SocketClose } from '../../errors/socket-close.ts'
import { router } from '../router.ts'

const send = z.string()
const handler = async function* (): AsyncGenerator<never> {}
// A declaration that TypeScript refuses is passed as it is, since JavaScript has no types.
const declare = (spec: object, path = '/a', given: unknown = handler) =>
  router('/rooms').socket(path, spec, given as typeof handler)

it('a socket declared with a mistake is refused, with the correction', () => {
  expect(() => declare({})).toThrow('SOCKET /rooms/a: it has neither receive nor send')
  expect(() => declare({ sends: send })).toThrow('unknown option "sends". Did you mean "send"?')
  expect(() => declare({ send }, 'a')).toThrow('must begin with a slash')
  expect(() => declare({ send }, '/a*')).toThrow('SOCKET /rooms/a*: the path segment "a*"')
  expect(() => declare({ send }, '/a', 'none')).toThrow('it has no handler')
  expect(() => declare(handler)).toThrow('the handler is the third argument')
  expect(() => declare({ send, limits: { rates: 1 } })).toThrow('limits: unknown option "rates"')
  expect(() => declare({ send, limits: { rate: 0 } })).toThrow('limits.rate is 0')
  expect(() => declare({ send, limits: { idle: -1 } })).toThrow('limits.idle is -1')
  expect(() => declare({ send, closes: { 4404: 'gone' } })).toThrow('closes has 4404')
  expect(() => declare({ send, dependencies: { incoming: dependency(() => 1) } })).toThrow(
    'cannot have the name "incoming"',
  )
})

it('a socket that an app cannot serve is refused when the app is created', () => {
  const appOf = (routes: object) => app({ title: 'Rooms', routes: { rooms: routes } })
  expect(() => appOf({ a: declare({ send }), b: declare({ send }) })).toThrow(
    'are both SOCKET /rooms/a',
  )
  expect(() => appOf({ a: declare({ send: z.map(send, send) }) })).toThrow(
    'send is z.map(), which JSON cannot carry',
  )
  expect(() => appOf({ a: declare({ send, dependencies: { sent: body(z.string()) } }) })).toThrow(
    'a GET request has no body',
  )
  const pair = router('/pair')
  const a = pair.socket('/a', { send }, handler)
  pair.socket('/b', { send }, handler)
  expect(() => appOf({ a })).toThrow('SOCKET /pair/b is declared on the router')
})

it('a close code of an application is one that no status has', () => {
  expect(new SocketClose(4001, 'over')).toMatchObject({ code: 4001, reason: 'over' })
  for (const code of [1000, 2999, 4403, 4599, 5000, 4000.5])
    expect(() => new SocketClose(code)).toThrow(RangeError)
})

it('a reason is cut to 123 bytes of whole characters', () => {
  expect(closeReason('short')).toBe('short')
  expect(closeReason('x'.repeat(123))).toBe('x'.repeat(123))
  expect(closeReason('x'.repeat(124))).toBe(`${'x'.repeat(120)}…`)
  const cut = closeReason('ü'.repeat(100))
  expect(cut).toBe(`${'ü'.repeat(60)}…`)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(123)
})
