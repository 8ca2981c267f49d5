// Valid tokens with one random bit flipped, in their text or in the bytes it encodes, are refused.
import { randomInt } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { database } from '../../src/database/database.ts'
import { seededRandom } from '../../src/testing/conformance/seeded-random.ts'
import { secret, sendTo, startRig, type Attacked } from '../support/attacks/rig.ts'
import { asBearer, asCookie } from '../support/attacks/sessions.ts'
import { bases, goodClaims } from '../support/attacks/tokens.ts'
import { signed } from '../support/auth/auth-tables.ts'
import { compact } from '../support/auth/tokens.ts'
import { repeats } from '../support/repeats.ts'

const changes = Number(process.env['PLINTH_TEST_CHANGES'] ?? repeats(10_000, 2_000))
const seed = Number(process.env['PLINTH_TEST_SEED'] ?? randomInt(2 ** 31))
const rig = await startRig(database('pglite:memory'))
afterAll(() => rig[Symbol.asyncDispose]())

type Send = (value: string) => ReturnType<typeof asBearer>

/** A valid credential, and the way to send it. */
interface Valid {
  readonly name: string
  readonly value: string
  readonly send: Send
}

async function validFor({ target, takesSessions }: Attacked): Promise<Valid[]> {
  const tokens = bases(target).map(({ name, header, sign }) => ({
    name,
    value: compact(header, goodClaims(target), sign),
    send: (value: string) => ({ headers: { authorization: `Bearer ${value}` } }),
  }))
  if (!takesSessions) return tokens
  const { token } = await rig.write.session(3_600_000)
  return [
    ...tokens,
    { name: 'session token', value: token, send: asBearer },
    { name: 'signed session token', value: signed(token, secret), send: asBearer },
    { name: 'session cookie', value: signed(token, secret), send: asCookie },
  ]
}

/**
 * Flips one bit of the text, unless the result is a control character, which a header cannot hold.
 */
function flipText(value: string, below: (limit: number) => number): string {
  for (;;) {
    const at = below(value.length)
    const changed = String.fromCharCode(value.charCodeAt(at) ^ (1 << below(8)))
    if (/[^\0\r\n]/.test(changed)) return `${value.slice(0, at)}${changed}${value.slice(at + 1)}`
  }
}

/** Flips one bit of the bytes that a part encodes. */
function flipBytes(value: string, below: (limit: number) => number): string {
  const parts = value.split('.')
  const at = below(parts.length)
  const isSigned = parts.length === 2
  const form = isSigned ? 'base64' : 'base64url'
  if (isSigned && at === 0) return flipText(value, below)
  const bytes = Buffer.from(parts[at]!, form)
  bytes[below(bytes.length)]! ^= 1 << below(8)
  return parts.with(at, bytes.toString(form)).join('.')
}

let tried = 0
let accepted = 0
/** Texts that must not be in the log, flipped or not. */
const secrets = new Set<string>()

describe.each(rig.modes.map((mode) => [mode.name, mode] as const))('with %s', (name, mode) => {
  test('a valid token with one flipped bit is refused', async () => {
    const random = seededRandom(seed)
    const below = (limit: number): number => random.int(0, limit - 1)
    const valid = await validFor(mode)
    for (const { value, send } of valid) expect((await sendTo(mode, send(value))).status).toBe(200)
    for (const { value } of valid)
      for (const part of [value, ...value.split('.').slice(1)]) secrets.add(part)
    const before = rig.entered
    const taken: string[] = []
    const statuses = new Set<number>()
    for (let at = 0; at < changes; at += 1) {
      const { name: kind, value, send } = valid[at % valid.length]!
      const changed = (below(2) === 0 ? flipText : flipBytes)(value, below)
      const { status } = await sendTo(mode, send(changed))
      statuses.add(status)
      if (at % 1000 === 0) for (const part of changed.split('.').slice(1)) secrets.add(part)
      if (status < 300) taken.push(`${kind}: ${changed}`)
    }
    tried += changes
    accepted += taken.length
    expect(taken).toEqual([])
    expect(rig.entered).toBe(before)
    // a comma turns one token into two, which is a 400
    expect([...statuses].filter((status) => status !== 400 && status !== 401)).toEqual([])
    console.info(
      `${name}: ${changes} one-bit changes tried, ${taken.length} accepted, seed ${seed}`,
    )
  })
})

test('no other server was called, and no token is in the log', () => {
  console.info(`bits: ${tried} tokens tried, ${accepted} accepted, seed ${seed}`)
  expect(tried).toBe(changes * rig.modes.length)
  expect(accepted).toBe(0)
  expect(rig.attackerServer.hits).toBe(0)
  expect([...rig.asked]).toEqual([rig.keyServer.url])
  expect(rig.logged.match(/"status":40[01]/g)).toHaveLength(tried)
  const parts = [...secrets].filter((part) => part.length >= 20)
  expect(parts.filter((part) => rig.logged.includes(part))).toEqual([])
})
