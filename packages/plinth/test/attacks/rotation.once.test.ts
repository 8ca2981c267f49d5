// Key rotation while clients call with new tokens: no valid token is refused.
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'
import type { BetterAuthOptions } from '../../src/auth/better-auth.ts'
import { database } from '../../src/database/database.ts'
import { doorsWith, secret, sendTo, type Attacked } from '../support/attacks/rig.ts'
import { asBearer } from '../support/attacks/sessions.ts'
import { goodClaims } from '../support/attacks/tokens.ts'
import { layouts, makeAuthTables } from '../support/auth/auth-tables.ts'
import { startBetterAuth } from '../support/auth/better-auth-server.ts'
import { keys, startKeyServer } from '../support/auth/key-server.ts'
import { compact, testKey, type TestKey } from '../support/auth/tokens.ts'

const rotations = 10
const clients = 8
const log = createLogger({ level: 'silent' })

// The age of a key set is measured by this clock, which is moved instead of waiting half a minute.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())
const wait = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000)

const backend = (options: BetterAuthOptions<true>) => ({ api: doorsWith(options, () => {}, log) })

const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid

/** The result of a run. */
interface Counts {
  valid: number
  refused: number
  old: number
}

/** Calls repeatedly with a new token, and with the very first one, until the run ends. */
async function runClients(
  mode: Pick<Attacked, 'api'>,
  newToken: () => Promise<string>,
  isOver: () => boolean,
): Promise<Counts> {
  const counts = { valid: 0, refused: 0, old: 0 }
  const client = async (): Promise<void> => {
    const first = await newToken()
    while (!isOver()) {
      const { status } = await sendTo(mode, asBearer(await newToken()))
      counts.valid += 1
      if (status !== 200) counts.refused += 1
      const { status: later } = await sendTo(mode, asBearer(first))
      counts.old += 1
      if (later !== 200) counts.refused += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return counts
}

function expectNoneRefused(what: string, { valid, old, refused }: Counts): void {
  console.info(
    `rotation, ${what}: ${rotations} rotations, ${valid} calls with new tokens and ${old} with old ones, ${refused} refused`,
  )
  expect(refused).toBe(0)
  expect(valid).toBeGreaterThan(rotations * clients)
}

test('keys rotate without refusals at a real Better Auth, whose new key signs immediately', async () => {
  await using auth = await startBetterAuth({ secret, rotationInterval: 1 })
  const { signedSessionToken } = await auth.signUp('ann')
  const kids = new Set<string>()
  const newToken = async (): Promise<string> => {
    const response = await fetch(`${auth.url}/api/auth/token`, {
      headers: { authorization: `Bearer ${signedSessionToken}` },
    })
    const { token } = (await response.json()) as { token: string }
    // Better Auth rotates every second here, and for the key set at most once in 30 seconds.
    if (!kids.has(kidOf(token))) wait(30)
    kids.add(kidOf(token))
    return token
  }
  const counts = await runClients(backend({ url: auth.url }), newToken, () => kids.size > rotations)
  expectNoneRefused('of a real Better Auth', counts)
})

/**
 * A signer that replaces its key after a number of tokens, and publishes it with `publish` before.
 */
function rotatingSigner(url: string, publish: (all: readonly TestKey[]) => Promise<void>) {
  const perKey = 40
  const all: TestKey[] = [testKey('EdDSA', 'key 0')]
  let made = 0
  let changing: Promise<void> = publish(all)
  const rotate = async (): Promise<void> => {
    const next = testKey('EdDSA', `key ${all.length}`)
    await publish([...all, next])
    all.push(next)
  }
  return {
    isOver: () => all.length > rotations,
    newToken: async (): Promise<string> => {
      made += 1
      if (made % perKey === 0) changing = changing.then(rotate)
      await changing
      const { kid, sign } = all.at(-1)!
      return compact(
        { alg: 'EdDSA', kid },
        { ...goodClaims({ issuer: url, audience: url }), made },
        sign,
      )
    },
  }
}

test('keys rotate without refusals in the table', async () => {
  const db = database('pglite:memory')
  await makeAuthTables(db, layouts[0]!)
  const url = 'http://localhost:3000'
  const { newToken, isOver } = rotatingSigner(url, async (all) => {
    const { kid, jwk } = all.at(-1)!
    await db.execute(`update jwks set "expiresAt" = now() where "expiresAt" is null`)
    await db.execute(`insert into jwks ("id", "publicKey", "privateKey", "alg")
      values ('${kid}', '${JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x })}', '', 'EdDSA')`)
    wait(30)
  })
  const counts = await runClients(backend({ url, keys: db }), newToken, isOver)
  await db.close()
  expectNoneRefused('of the table', counts)
})

test('keys published ten minutes ahead rotate without refusals, while strangers send unknown key ids', async () => {
  await using server = await startKeyServer(keys())
  const { url } = server
  const mode = backend({ url })
  const { newToken, isOver } = rotatingSigner(url, async (all) => {
    server.behave(keys(...all.map(({ jwk }) => jwk)))
    wait(600)
  })
  let strangers = 0
  const stranger = async (): Promise<void> => {
    const nobody = testKey('EdDSA', 'nobody')
    while (!isOver()) {
      const header = { alg: 'EdDSA', kid: `unknown ${strangers}` }
      const token = compact(header, goodClaims({ issuer: url, audience: url }), nobody.sign)
      strangers += 1
      // A refusal needs no I/O, and a loop of refusals alone would starve the event loop.
      await setImmediate()
      expect((await sendTo(mode, asBearer(token))).status).toBe(401)
    }
  }
  const [counts] = await Promise.all([runClients(mode, newToken, isOver), stranger(), stranger()])
  expectNoneRefused(`with ${strangers} tokens of strangers`, counts)
  expect(strangers).toBeGreaterThan(rotations)
  // One read per rotation for the age of the set, and one for an unknown key.
  expect(server.hits).toBeLessThanOrEqual(2 * (rotations + 1))
})

test('without overlap, the new key is accepted within half a minute, and the old one is refused', async () => {
  await using server = await startKeyServer(keys())
  const { url } = server
  const mode = backend({ url })
  const statusOf = async ({ kid, sign }: TestKey): Promise<number> => {
    const claims = goodClaims({ issuer: url, audience: url })
    return (await sendTo(mode, asBearer(compact({ alg: 'EdDSA', kid }, claims, sign)))).status
  }
  const all = Array.from({ length: rotations + 1 }, (_, at) => testKey('EdDSA', `key ${at}`))
  server.behave(keys(all[0]!.jwk))
  expect(await statusOf(all[0]!)).toBe(200)
  const seconds: number[] = []
  for (const [at, key] of all.entries()) {
    if (at === 0) continue
    server.behave(keys(key.jwk))
    let waited = 0
    for (; (await statusOf(key)) !== 200; waited += 1) wait(1)
    seconds.push(waited)
    expect(await statusOf(all[at - 1]!)).toBe(401)
  }
  console.info(`rotation, without overlap: new keys were taken after ${seconds.join(', ')} seconds`)
  expect(seconds[0]).toBe(0)
  expect(Math.max(...seconds)).toBeLessThanOrEqual(30)
})
