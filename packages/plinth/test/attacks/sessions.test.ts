// Sessions under attack: forged, stolen, expired, in the wrong place, and sent by another site's
// page.
import { afterAll, describe, expect, test, vi } from 'vitest'
import { betterAuth } from '../../src/auth/better-auth.ts'
import { testDatabase } from '../../src/testing/test-database.ts'
import { doorsWith, page, secret, sendTo, startRig, type Sent } from '../support/attacks/rig.ts'
import {
  asBearer,
  asCookie,
  cookieName,
  foreignOrigins,
  misplaced,
  unsafeMethods,
  wrongValues,
  type Sessions,
} from '../support/attacks/sessions.ts'
import { signed } from '../support/auth/auth-tables.ts'

const hour = 3_600_000
const db = await testDatabase({ models: [] })
const rig = await startRig(db)
const { write } = rig
afterAll(() => rig[Symbol.asyncDispose]())

async function makeSessions(): Promise<Sessions> {
  const live = await write.session(hour)
  const signedOut = await write.session(hour)
  await write.end(signedOut.id)
  return {
    live,
    secret,
    signedOut: signedOut.token,
    other: await write.session(hour),
    expired: (await write.session(-1000)).token,
    banned: (await write.session(hour, { banned: true })).token,
  }
}
const sessions = await makeSessions()
const { live } = sessions
const good = asCookie(signed(live.token, secret))

let tried = 0
let accepted = 0
let entered = 0
const enter = (): void => void (entered += 1)
const sent = new Set<string>()

/** Returns status and challenge, or the code of a 403. The handler was not called. */
async function outcome(mode: Parameters<typeof sendTo>[0], what: Sent): Promise<string> {
  const before = rig.entered + entered
  const { status, challenge, body } = await sendTo(mode, what)
  tried += 1
  if (status < 300 || rig.entered + entered > before) accepted += 1
  return `${status} ${challenge ?? String(body['code'])}`
}
const invalid = '401 Bearer error="invalid_token"'
const nobody = '401 Bearer'
const csrf = '403 PLINTH_ORIGIN_REFUSED'

const modes = rig.modes.filter(({ takesSessions }) => takesSessions)
const strict = {
  name: 'signed tokens alone',
  api: doorsWith(
    { secret, hs256: false, sessions: { db, origins: [page], requireSignature: true } },
    enter,
  ),
}

describe.each([...modes, strict].map((mode) => [mode.name, mode] as const))('%s', (_, mode) => {
  test('a value that is not a session is refused as a cookie and as a bearer token', async () => {
    for (const { what, value } of wrongValues(sessions)) {
      if (value.length > 20) sent.add(value)
      expect(await outcome(mode, asCookie(value)), `${what}, as a cookie`).toBe(invalid)
      expect(await outcome(mode, asBearer(value)), `${what}, as bearer`).toBe(invalid)
    }
    expect((await sendTo(mode, good)).status, 'and no SQL was run').toBe(200)
  })

  test('a cookie without its signature is refused', async () => {
    expect(await outcome(mode, asCookie(live.token))).toBe(invalid)
    expect(await outcome(mode, asCookie(`${live.token}.`))).toBe(invalid)
  })

  test('a valid cookie in the wrong place or under another name does not sign in', async () => {
    for (const [what, request] of misplaced(sessions))
      expect(await outcome(mode, request), what).toBe(nobody)
  })

  test('of two cookies the one for https counts, and two wrong ones are refused', async () => {
    const value = encodeURIComponent(signed(live.token, secret))
    const name = cookieName
    const plain = name.replace('__Secure-', '')
    for (const cookie of [
      `${plain}=${value}; ${name}=forged`,
      `${name}=; ${plain}=${value}`,
      `${name}=forged; ${name}=forged-too`,
      `${name}=${live.token}; ${name}=.${value.split('.')[1]}`,
      `${name}=${value},${name}=${value}`,
    ])
      expect(await outcome(mode, { headers: { cookie } }), cookie).toBe(invalid)
  })

  test('a wrong bearer token is refused despite a valid cookie', async () => {
    for (const authorization of ['Bearer x', `Bearer ${sessions.expired}`, 'Bearer a.b.c'])
      expect(await outcome(mode, { headers: { ...good.headers, authorization } })).toBe(invalid)
    for (const authorization of ['Bearer', 'Bearer '])
      expect(await outcome(mode, { headers: { ...good.headers, authorization } })).toBe(nobody)
  })

  test('a page of another origin cannot change anything with the cookie', async () => {
    for (const method of unsafeMethods)
      for (const origin of foreignOrigins(page)) {
        const request = { method, headers: { ...good.headers, origin } }
        expect(await outcome(mode, request), `${method} from ${origin}`).toBe(csrf)
      }
  })

  test('no other header that a page can send replaces its origin', async () => {
    const others: readonly Record<string, string>[] = [
      { origin: 'none', referer: `${page}/tasks` },
      { origin: 'none', 'sec-fetch-site': 'same-origin' },
      { origin: 'https://evil.example', host: new URL(page).host },
      { origin: 'https://evil.example', 'x-forwarded-host': new URL(page).host },
      { origin: 'https://evil.example', 'x-http-method-override': 'GET' },
      { origin: 'https://evil.example', 'x-requested-with': 'XMLHttpRequest' },
      { origin: 'https://evil.example', authorization: 'Basic YTpi' },
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
    ]
    for (const headers of others) {
      const request = { method: 'POST', headers: { ...good.headers, ...headers } }
      expect(await outcome(mode, request), JSON.stringify(headers)).toBe(csrf)
    }
  })

  test("valid requests are accepted: the frontend's page may write, and every page may read", async () => {
    for (const method of unsafeMethods) {
      const { status, body } = await sendTo(mode, { ...good, method })
      expect([status, body['id']], method).toEqual([200, live.userId])
    }
    const headers = { ...good.headers, origin: 'https://evil.example' }
    expect((await sendTo(mode, { headers })).status).toBe(200)
    expect((await sendTo(mode, asBearer(signed(live.token, secret)))).status).toBe(200)
    expect(
      (await sendTo(mode, asBearer(encodeURIComponent(signed(live.token, secret))))).status,
    ).toBe(200)
  })
})

test('a session that ends between two requests is refused', async () => {
  const [mode] = modes
  const { token, id } = await write.session(hour)
  const cookie = asCookie(signed(token, secret))
  expect((await sendTo(mode!, cookie)).status).toBe(200)
  await write.end(id)
  expect(await outcome(mode!, cookie)).toBe(invalid)
  expect(await outcome(mode!, asBearer(token))).toBe(invalid)
})

test('J31: only the clock of the database decides whether a session has expired', async () => {
  const rows = [await write.session(hour / 2), await write.session(-hour / 2)]
  for (const offset of [hour, -hour, 0]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset })
    for (const { id, token, userId } of rows) {
      const { rows: found } = await db.execute(
        `select "expiresAt" > now() as lives from session where "id" = '${id}'`,
      )
      const lives = (found as { lives: boolean }[])[0]!.lives
      for (const sent of [asCookie(signed(token, secret)), asBearer(token)]) {
        const { status, body } = await sendTo(modes[0]!, sent)
        expect([status, body['id']]).toEqual(lives ? [200, userId] : [401, undefined])
      }
    }
    vi.useRealTimers()
  }
})

test('a token without its signature is refused where a signature is required, and accepted elsewhere', async () => {
  expect(await outcome(strict, asBearer(live.token))).toBe(invalid)
  for (const mode of modes) expect((await sendTo(mode, asBearer(live.token))).status).toBe(200)
})

test('cookies or session tokens that are disabled are ignored', async () => {
  const off = (options: { cookie?: boolean; bearer?: boolean }) => ({
    api: doorsWith({ secret, hs256: false, sessions: { db, origins: [page], ...options } }, enter),
  })
  expect(await outcome(off({ cookie: false }), good)).toBe(nobody)
  expect(await outcome(off({ bearer: false }), asBearer(signed(live.token, secret)))).toBe(invalid)
  expect(() => betterAuth({ sessions: db })).toThrow('sessions needs BETTER_AUTH_SECRET')
})

test('no token is in the log, and no server was called', () => {
  console.info(`sessions: ${tried} cookies, tokens and origins tried, ${accepted} accepted`)
  expect(accepted).toBe(0)
  expect(tried).toBeGreaterThan(600)
  for (const { token } of [live, sessions.other]) sent.add(token)
  for (const token of [sessions.expired, sessions.signedOut, sessions.banned]) sent.add(token)
  expect(rig.logged.length).toBeGreaterThan(10_000)
  expect([...sent].filter((value) => rig.logged.includes(value))).toEqual([])
  expect(rig.logged).not.toContain(secret)
  expect([...rig.asked]).toEqual([])
})
