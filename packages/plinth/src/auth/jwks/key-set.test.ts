import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  keys,
  startKeyServer,
  type Behavior,
  type KeyServer,
} from '../../../test/support/auth/key-server.ts'
import { testKey } from '../../../test/support/auth/tokens.ts'
import { HttpError } from '../../errors/http-error.ts'
import { isTold } from '../../logging/repeated-failure.ts'
import { fetchKeys } from './fetch-keys.ts'
import { KeySet } from './key-set.ts'
import { InvalidToken } from '../invalid-token.ts'

const first = testKey('EdDSA', 'first')
const second = testKey('EdDSA', 'second')
const minute = 60_000

let server: KeyServer
let clock: number
const onRemoved = vi.fn<() => void>()

beforeEach(async () => {
  clock = 0
  onRemoved.mockClear()
  server = await startKeyServer(keys(first.jwk))
})
afterEach(() => server.down())

const make = (): KeySet =>
  new KeySet(() => fetchKeys(new URL(`${server.url}/api/auth/jwks`)), {
    onRemoved,
    now: () => clock,
  })
const header = (kid?: string): { alg: string; kid?: string } =>
  kid === undefined ? { alg: 'EdDSA' } : { alg: 'EdDSA', kid }
const outcome = async (set: KeySet, kid?: string): Promise<unknown> =>
  set.keyFor(header(kid)).catch((error: unknown) => error)
const works = async (set: KeySet, kid: string): Promise<boolean> =>
  (await set.keyFor(header(kid))).type === 'public'

function expectUnreachable(error: unknown): void {
  expect(error).toBeInstanceOf(HttpError)
  expect(error).toMatchObject({ status: 503, code: 'PLINTH_KEYS_UNREACHABLE' })
  expect(Number((error as HttpError).headers?.['retry-after'])).toBeGreaterThanOrEqual(1)
}

const json =
  (text: string): Behavior =>
  (_, response) =>
    void response.setHeader('content-type', 'application/json').end(text)

/** Each is a key server that is no use. */
const faults: readonly (readonly [string, Behavior])[] = [
  ['answers 500', (_, response) => void response.writeHead(500).end('{"keys":[]}')],
  [
    'answers 404 with keys',
    (_, response) => void response.writeHead(404).end(JSON.stringify({ keys: [first.jwk] })),
  ],
  ['answers HTML', json('<!doctype html><title>Welcome</title>')],
  ['answers an empty set', json('{"keys":[]}')],
  ['answers no set', json('null')],
  ['answers keys of the wrong kind', json('{"keys":{"0":1}}')],
  ['has only a shared key', keys({ kty: 'oct', k: 'AAAA', kid: 'first', alg: 'HS256' })],
  ['has only a private key', keys({ ...first.privateKey.export({ format: 'jwk' }), kid: 'first' })],
  ['has only an encryption key', keys({ ...first.jwk, use: 'enc' })],
  ['is huge', json(`{"keys":[${JSON.stringify(first.jwk)}],"x":"${'x'.repeat(10_000_000)}"}`)],
  [
    'never ends',
    (_, response) => {
      response.write('{"keys":[')
      const more = (): void => void (response.writable && response.write(' '.repeat(16_384), more))
      more()
    },
  ],
  ['hangs up', (request) => void request.socket.destroy()],
]

describe('a set that was never had is 503', () => {
  test.each(faults)('where the server %s', async (_, behavior) => {
    server.behave(behavior)
    const set = make()
    expectUnreachable(await outcome(set, 'first'))
    server.behave(keys(first.jwk))
    clock += 2000
    expect(await works(set, 'first')).toBe(true)
  })

  test('where it is down, and until it is up', async () => {
    await server.down()
    const set = make()
    expectUnreachable(await outcome(set, 'first'))
    await server.up()
    clock += 2000
    expect(await works(set, 'first')).toBe(true)
  })

  test('where it redirects, to a place that is never asked', async () => {
    await using elsewhere = await startKeyServer(keys(first.jwk))
    server.behave((_, response) => void response.writeHead(302, { location: elsewhere.url }).end())
    expectUnreachable(await outcome(make(), 'first'))
    expect(elsewhere.hits).toBe(0)
  })

  test('where it takes a connection and says nothing: after five seconds', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    const url = new URL(`http://127.0.0.1:${port}/`)
    const set = new KeySet(() => fetchKeys(url), { onRemoved })
    expectUnreachable(await outcome(set, 'first'))
    expect(timeout).toHaveBeenCalledExactlyOnceWith(5000)
    timeout.mockRestore()
    silent.close()
  })

  test('without asking again at once: the pause grows from 1 to 30 seconds', async () => {
    server.behave((_, response) => void response.writeHead(500).end())
    const set = make()
    const asked: number[] = []
    for (clock = 0; clock < 3 * minute; clock += 500) {
      const before = server.hits
      await outcome(set, 'first')
      if (server.hits > before) asked.push(clock / 1000)
    }
    expect(asked).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151])
  })
})

test('why a set cannot be had is told to the log once, and again when that changes', async () => {
  const set = make()
  const isNews = async (): Promise<boolean> => !isTold((await outcome(set, 'first')) as HttpError)
  server.behave((_, response) => void response.writeHead(500).end())
  expect([await isNews(), await isNews()]).toEqual([true, false])
  clock += 2000
  expect(await isNews()).toBe(false)
  server.behave(json('<!doctype html>'))
  clock += 4000
  expect([await isNews(), await isNews()]).toEqual([true, false])
})

describe('a set that was had', () => {
  test.each(faults)('goes on working where the server %s', async (_, behavior) => {
    const set = make()
    expect(await works(set, 'first')).toBe(true)
    server.behave(behavior)
    for (const wait of [11, 60, 24 * 60]) {
      clock += wait * minute
      expect(await works(set, 'first')).toBe(true)
    }
    expect(await outcome(set, 'second')).toBeInstanceOf(InvalidToken)
    expect(onRemoved).not.toHaveBeenCalled()
  })

  test('is read once for 200 who ask at once', async () => {
    const set = make()
    const found = await Promise.all(Array.from({ length: 200 }, () => works(set, 'first')))
    expect(found).toEqual(Array.from({ length: 200 }, () => true))
    expect(server.hits).toBe(1)
  })

  test('is not read again for ten minutes but in the background, from five on', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 5 * minute - 1
    await set.keyFor(header('first'))
    expect(server.hits).toBe(1)
    clock = 5 * minute
    expect(set.holds()).toBe(true)
    await vi.waitFor(() => expect(server.hits).toBe(2))
  })

  test('is read before it is used when it is ten minutes old', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 10 * minute
    server.behave(keys(second.jwk))
    expect(set.holds()).toBe(false)
    expect(await outcome(set, 'first')).toBeInstanceOf(InvalidToken)
    expect(onRemoved).toHaveBeenCalledTimes(1)
  })

  test('is read for a new key id at once, and for the next ones after 30 seconds', async () => {
    const set = make()
    await set.keyFor(header('first'))
    server.behave(keys(first.jwk, second.jwk))
    const found = await Promise.all(Array.from({ length: 50 }, () => works(set, 'second')))
    expect(found.every(Boolean)).toBe(true)
    expect(server.hits).toBe(2)
    expect(onRemoved).not.toHaveBeenCalled()
    for (let index = 0; index < 1000; index += 1)
      expect(await outcome(set, `unknown ${index}`)).toBeInstanceOf(InvalidToken)
    expect(server.hits).toBe(2)
    clock += 30_000
    expect(await outcome(set, 'unknown')).toBeInstanceOf(InvalidToken)
    expect(server.hits).toBe(3)
  })

  test('is read once more for a new key id where a read was under way before there was the key', async () => {
    const set = make()
    await set.keyFor(header('first'))
    const asked = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    server.behave((request, response) => {
      asked.resolve()
      void answered.promise.then(() => keys(first.jwk)(request, response))
    })
    clock = 6 * minute
    expect(set.holds()).toBe(true)
    await asked.promise
    server.behave(keys(first.jwk, second.jwk))
    const found = Promise.all(Array.from({ length: 20 }, () => works(set, 'second')))
    answered.resolve()
    expect((await found).every(Boolean)).toBe(true)
    expect(server.hits).toBe(3)
  })

  test('that could not be read for a new key id is read again after a second, not after 30', async () => {
    const set = make()
    await set.keyFor(header('first'))
    server.behave((_, response) => void response.writeHead(502).end())
    expect(await outcome(set, 'second')).toBeInstanceOf(InvalidToken)
    server.behave(keys(first.jwk, second.jwk))
    expect(await outcome(set, 'second')).toBeInstanceOf(InvalidToken)
    expect(server.hits).toBe(2)
    clock += 1000
    expect(await works(set, 'second')).toBe(true)
    expect(server.hits).toBe(3)
  })

  test('tells when a key is gone, or another under its id', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 11 * minute
    server.behave(keys({ ...second.jwk, kid: 'first' }))
    expect(await works(set, 'first')).toBe(true)
    expect(onRemoved).toHaveBeenCalledTimes(1)
  })
})

describe('which key', () => {
  test('without a kid it is the only one, if there is one', async () => {
    const set = make()
    expect((await set.keyFor(header())).type).toBe('public')
    clock = 11 * minute
    server.behave(keys(first.jwk, second.jwk))
    expect(await outcome(set)).toBeInstanceOf(InvalidToken)
  })

  test('two under one id are none', async () => {
    server.behave(keys(first.jwk, { ...second.jwk, kid: 'first' }))
    expect(await outcome(make(), 'first')).toMatchObject({
      message: 'more than one key has its kid',
    })
  })
})
