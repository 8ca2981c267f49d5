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

/** Faulty key servers. */
const faults: readonly (readonly [string, Behavior])[] = [
  ['responds with 500', (_, response) => void response.writeHead(500).end('{"keys":[]}')],
  [
    'responds with 404 and keys',
    (_, response) => void response.writeHead(404).end(JSON.stringify({ keys: [first.jwk] })),
  ],
  ['responds with HTML', json('<!doctype html><title>Welcome</title>')],
  ['responds with an empty set', json('{"keys":[]}')],
  ['responds with null', json('null')],
  ['responds with keys of the wrong type', json('{"keys":{"0":1}}')],
  ['has only a shared key', keys({ kty: 'oct', k: 'AAAA', kid: 'first', alg: 'HS256' })],
  ['has only a private key', keys({ ...first.privateKey.export({ format: 'jwk' }), kid: 'first' })],
  ['has only an encryption key', keys({ ...first.jwk, use: 'enc' })],
  [
    'sends a huge response',
    json(`{"keys":[${JSON.stringify(first.jwk)}],"x":"${'x'.repeat(10_000_000)}"}`),
  ],
  [
    'never ends the response',
    (_, response) => {
      response.write('{"keys":[')
      const more = (): void => void (response.writable && response.write(' '.repeat(16_384), more))
      more()
    },
  ],
  ['closes the connection', (request) => void request.socket.destroy()],
]

describe('without cached keys, a failed read is 503', () => {
  test.each(faults)('the server %s', async (_, behavior) => {
    server.behave(behavior)
    const set = make()
    expectUnreachable(await outcome(set, 'first'))
    server.behave(keys(first.jwk))
    clock += 2000
    expect(await works(set, 'first')).toBe(true)
  })

  test('the server is down, until it is up again', async () => {
    await server.down()
    const set = make()
    expectUnreachable(await outcome(set, 'first'))
    await server.up()
    clock += 2000
    expect(await works(set, 'first')).toBe(true)
  })

  test('the server redirects, which is not followed', async () => {
    await using elsewhere = await startKeyServer(keys(first.jwk))
    server.behave((_, response) => void response.writeHead(302, { location: elsewhere.url }).end())
    expectUnreachable(await outcome(make(), 'first'))
    expect(elsewhere.hits).toBe(0)
  })

  test('the server accepts a connection and never responds: timeout after 5 seconds', async () => {
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

  test('reads are retried with exponential backoff from 1 to 30 seconds', async () => {
    server.behave((_, response) => void response.writeHead(500).end())
    const set = make()
    const reads: number[] = []
    for (clock = 0; clock < 3 * minute; clock += 500) {
      const before = server.hits
      await outcome(set, 'first')
      if (server.hits > before) reads.push(clock / 1000)
    }
    expect(reads).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151])
  })
})

test('the reason for a failed read is logged once, and again when it changes', async () => {
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

describe('with cached keys', () => {
  test.each(faults)('the keys stay in use when the server %s', async (_, behavior) => {
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

  test('200 concurrent lookups read the keys once', async () => {
    const set = make()
    const found = await Promise.all(Array.from({ length: 200 }, () => works(set, 'first')))
    expect(found).toEqual(Array.from({ length: 200 }, () => true))
    expect(server.hits).toBe(1)
  })

  test('keys are refreshed in the background after 5 minutes', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 5 * minute - 1
    await set.keyFor(header('first'))
    expect(server.hits).toBe(1)
    clock = 5 * minute
    expect(set.isUsable()).toBe(true)
    await expect.poll(() => server.hits).toBe(2)
  })

  test('keys are refreshed before use after 10 minutes', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 10 * minute
    server.behave(keys(second.jwk))
    expect(set.isUsable()).toBe(false)
    expect(await outcome(set, 'first')).toBeInstanceOf(InvalidToken)
    expect(onRemoved).toHaveBeenCalledTimes(1)
  })

  test('an unknown key id triggers a refresh immediately, and at most every 30 seconds', async () => {
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

  test('an unknown key id triggers another refresh if one was in progress before the key was published', async () => {
    const set = make()
    await set.keyFor(header('first'))
    const received = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    server.behave((request, response) => {
      received.resolve()
      void released.promise.then(() => keys(first.jwk)(request, response))
    })
    clock = 6 * minute
    expect(set.isUsable()).toBe(true)
    await received.promise
    server.behave(keys(first.jwk, second.jwk))
    const found = Promise.all(Array.from({ length: 20 }, () => works(set, 'second')))
    released.resolve()
    expect((await found).every(Boolean)).toBe(true)
    expect(server.hits).toBe(3)
  })

  test('a failed refresh for an unknown key id is retried after 1 second, and not after 30', async () => {
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

  test('onRemoved is called when a key is removed or replaced under its id', async () => {
    const set = make()
    await set.keyFor(header('first'))
    clock = 11 * minute
    server.behave(keys({ ...second.jwk, kid: 'first' }))
    expect(await works(set, 'first')).toBe(true)
    expect(onRemoved).toHaveBeenCalledTimes(1)
  })
})

describe('the choice of a key', () => {
  test('without a kid, the only key is used, if there is only one', async () => {
    const set = make()
    expect((await set.keyFor(header())).type).toBe('public')
    clock = 11 * minute
    server.behave(keys(first.jwk, second.jwk))
    expect(await outcome(set)).toBeInstanceOf(InvalidToken)
  })

  test('two keys with one id are rejected', async () => {
    server.behave(keys(first.jwk, { ...second.jwk, kid: 'first' }))
    expect(await outcome(make(), 'first')).toMatchObject({
      message: 'more than one key has this kid',
    })
  })
})
