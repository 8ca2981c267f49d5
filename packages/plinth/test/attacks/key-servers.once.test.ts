// Key servers that are dead, slow or wrong: callers get a 503, no request hangs, and the last good
// keys keep working.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'
import {
  doorsWith,
  page,
  sendTo,
  watchRequests,
  type ReceivedResponse,
} from '../support/attacks/rig.ts'
import { asBearer } from '../support/attacks/sessions.ts'
import { goodClaims } from '../support/attacks/tokens.ts'
import { keys, startKeyServer, type Behavior, type KeyServer } from '../support/auth/key-server.ts'
import { compact, testKey } from '../support/auth/tokens.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

const first = testKey('EdDSA', 'first')
const second = testKey('EdDSA', 'second')
const watch = watchRequests()
const elsewhere = await startKeyServer(keys(first.jwk))
const servers: KeyServer[] = []
const text = JSON.stringify({ keys: [first.jwk] })
afterAll(async () => {
  vi.useRealTimers()
  watch[Symbol.dispose]()
  await Promise.all([elsewhere, ...servers].map((server) => server.down()))
})

let logged = ''
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line: string) => (logged += line) },
})
let entered = 0

/** A key server, and a backend that reads its keys. */
async function start(behavior: Behavior = keys(first.jwk)) {
  const server = await startKeyServer(behavior)
  servers.push(server)
  const { url } = server
  return { server, url, api: doorsWith({ url }, () => void (entered += 1), log) }
}
type Backend = Awaited<ReturnType<typeof start>>

const tokenBy = ({ kid, sign }: typeof first, url: string, sub = 'ann'): string =>
  compact({ alg: 'EdDSA', kid }, { ...goodClaims({ issuer: url, audience: url }), sub }, sign)
let calls = 0
let strangers = 0
function call(mode: Backend, key = first, sub?: string): Promise<ReceivedResponse> {
  calls += 1
  return sendTo(mode, asBearer(tokenBy(key, mode.url, sub)))
}

const sends =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Behavior =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

/** A behavior of a key server. If it holds a connection (`hold`), the backend closes it. */
const faults: Readonly<Record<string, { behavior: Behavior; holds?: boolean }>> = {
  'responds with 500': { behavior: sends(text, {}, 500) },
  'responds with 503': { behavior: sends('', { 'retry-after': '1' }, 503) },
  'responds with 404': { behavior: sends(text, {}, 404) },
  'responds with 204': { behavior: (_, response) => void response.writeHead(204).end() },
  'responds with 401': { behavior: sends(text, {}, 401) },
  'responds with 206': { behavior: sends(text, {}, 206) },
  'sends HTML': {
    behavior: sends('<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
  },
  'sends an empty body': { behavior: sends('') },
  'sends half of it': { behavior: sends(text.slice(0, -20)) },
  'sends another document': { behavior: sends('{"status":"ok"}') },
  'sends an empty set': { behavior: keys() },
  'sends a key instead of a set': { behavior: sends(JSON.stringify(first.jwk)) },
  'sends a list': { behavior: sends(`[${JSON.stringify(first.jwk)}]`) },
  'sends the set twice': { behavior: sends(text + text) },
  'sends UTF-16': { behavior: sends(Buffer.from(text, 'utf16le')) },
  'sends 10 MB': { behavior: sends(text.padEnd(10_000_000)) },
  'sends 10 MB, compressed': {
    behavior: sends(gzipSync(text.padEnd(10_000_000)), { 'content-encoding': 'gzip' }),
  },
  'sends a wrong Content-Encoding': {
    behavior: sends(text, { 'content-encoding': 'gzip' }),
  },
  'aborts the response': {
    behavior: (_, response) => {
      response.writeHead(200, { 'content-length': '5000' }).write(text)
      setImmediate(() => response.destroy())
    },
  },
  'closes the connection': { behavior: (request) => void request.socket.destroy() },
  'sends nothing': { behavior: () => {}, holds: true },
  'sends headers and no body': {
    behavior: (_, response) => response.writeHead(200).flushHeaders(),
    holds: true,
  },
  'stops in the middle': {
    behavior: (_, response) => void response.writeHead(200).write(text.slice(0, 20)),
    holds: true,
  },
  'sends one byte at a time': {
    behavior: (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    },
    holds: true,
  },
  'never ends': {
    behavior: (_, response) => {
      const more = (): void => void (response.writable && response.write(' '.repeat(8192), more))
      more()
    },
    holds: true,
  },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `redirects with ${status}`,
      { behavior: sends('', { location: elsewhere.url }, status) },
    ]),
  ),
  'redirects to itself': { behavior: sends('', { location: '/' }, 302) },
}

/** The same behavior, which reports when the backend has closed the connection. */
function watched({ behavior, holds }: (typeof faults)[string]) {
  const closed = Promise.withResolvers<void>()
  if (!holds) closed.resolve()
  return {
    closed: closed.promise,
    behavior: ((request, response) => {
      request.socket.once('close', () => closed.resolve())
      behavior(request, response)
    }) satisfies Behavior,
  }
}

const invalid = { status: 401, challenge: 'Bearer error="invalid_token"' }
const unreachable = { status: 503, cors: page, body: { code: 'PLINTH_KEYS_UNREACHABLE' } }

/** Behaviors that take five seconds come first, so that they run in parallel. */
const slowestFirst = Object.entries(faults).sort(
  ([, a], [, b]) => Number(b.holds ?? false) - Number(a.holds ?? false),
)

describe('F25: a key server that', () => {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['performance'] }))

  test.concurrent.each(slowestFirst)(
    '%s from the start: 503, and tokens work as soon as the server does',
    async (what, fault) => {
      const { behavior, closed } = watched(fault)
      const mode = await start(behavior)
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, at) => call(mode, first, `u${at}`)),
      )
      for (const response of all) expect(response, what).toMatchObject(unreachable)
      await closed
      expect(mode.server.hits, 'one read for all concurrent calls').toBe(1)
      mode.server.behave(keys(first.jwk))
      // the delay after the first failure
      vi.advanceTimersByTime(1000)
      expect((await call(mode)).status).toBe(200)
    },
  )

  test.concurrent('fails in any of these ways later: the last good keys keep working', async () => {
    const tried = await Promise.all(
      Object.entries(faults).map(async ([what, fault]) => {
        const mode = await start()
        expect((await call(mode)).status).toBe(200)
        return { what, mode, ...watched(fault) }
      }),
    )
    for (const { mode, behavior } of tried) mode.server.behave(behavior)
    // older than the age at which a key set is read again
    vi.advanceTimersByTime(601_000)
    await Promise.all(
      tried.map(async ({ what, mode, closed }) => {
        const all = await Promise.all([call(mode), call(mode, first, 'bob'), call(mode, second)])
        expect(all[0], what).toMatchObject({ status: 200, body: { id: 'ann' } })
        expect(all[1], what).toMatchObject({ status: 200, body: { id: 'bob' } })
        expect(all[2], what).toMatchObject(invalid)
        await closed
      }),
    )
    // an hour later they still work, and a key that is new by then is found
    vi.advanceTimersByTime(3_600_000)
    for (const { mode } of tried) mode.server.behave(keys(first.jwk, second.jwk))
    await Promise.all(
      tried.map(async ({ what, mode }) => {
        expect((await call(mode, first, 'carol')).status, what).toBe(200)
        expect((await call(mode, second)).status, what).toBe(200)
      }),
    )
  })
})

describe('F25: a key server that is down', () => {
  test('from the start: 503 with Retry-After, then 200', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const mode = await start()
    await mode.server.down()
    const response = await call(mode)
    expect(response).toMatchObject(unreachable)
    await mode.server.up()
    vi.advanceTimersByTime(1000)
    expect((await call(mode)).status).toBe(200)
  })

  test('for an hour: known keys work, unknown keys are a 401, and it is called at most twice a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const mode = await start()
    expect((await call(mode)).status).toBe(200)
    mode.server.behave((request) => void request.socket.destroy())
    const before = mode.server.hits
    for (let minute = 0; minute < 60; minute += 1) {
      vi.advanceTimersByTime(60_000)
      expect((await call(mode, first, `u${minute}`)).status).toBe(200)
      expect(await call(mode, second)).toMatchObject(invalid)
    }
    // Node itself retries once if a kept-alive connection was closed.
    expect(mode.server.hits - before).toBeLessThanOrEqual(2 * 2 * 60)
  })

  test('and whose port accepts no connection: 503', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const api = doorsWith({ url }, () => void (entered += 1), log)
    expect(await sendTo({ api }, asBearer(tokenBy(first, url)))).toMatchObject(unreachable)
  })
})

test('F25: 1,000 unknown keys cause one read, and a token without a kid causes none', async () => {
  const mode = await start(keys(first.jwk, second.jwk))
  const before = entered
  for (let at = 0; at < 1000; at += 1)
    expect((await call(mode, { ...first, kid: `unknown ${at}` })).status).toBe(401)
  strangers = entered - before
  expect(strangers).toBe(0)
  // the initial read, and the one for the first unknown key
  expect(mode.server.hits).toBe(2)
})

test('F25: 200 concurrent first calls cause one read', async () => {
  const mode = await start()
  const all = await Promise.all(Array.from({ length: 200 }, (_, at) => call(mode, first, `u${at}`)))
  expect(all.every(({ status }) => status === 200)).toBe(true)
  expect(mode.server.hits).toBe(1)
})

test('no redirect was followed, and no log line has a token or the response of a key server', () => {
  console.info(
    `key servers: ${Object.keys(faults).length} faults, from the start and later; ${calls} tokens tried, ${strangers} by unknown keys accepted; ${elsewhere.hits} redirects followed`,
  )
  expect(elsewhere.hits).toBe(0)
  expect(watch.asked.has(elsewhere.url)).toBe(false)
  expect(logged).toContain('PLINTH_KEYS_UNREACHABLE')
  expect(logged).not.toContain(first.jwk.x)
  expect(logged).not.toContain(tokenBy(first, '').split('.')[0]!)
})
