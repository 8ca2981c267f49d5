// The list of attacks against each scheme: no attack succeeds, no other server is called, no token
// is logged.
import { afterAll, describe, expect, test } from 'vitest'
import { database } from '../../src/database/database.ts'
import { attackLines, namedIn } from '../support/attacks/list.ts'
import { requestAttacks } from '../support/attacks/requests.ts'
import {
  page,
  secret,
  sendTo,
  startRig,
  type ReceivedResponse,
  type Attacked,
} from '../support/attacks/rig.ts'
import { attackTokens, bases, goodClaims, type Attack } from '../support/attacks/tokens.ts'
import { signed } from '../support/auth/auth-tables.ts'
import { compact } from '../support/auth/tokens.ts'

const rig = await startRig(database('pglite:memory'))
afterAll(() => rig[Symbol.asyncDispose]())

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const invalidToken = 'Bearer error="invalid_token"'

/**
 * Records of the attempts.
 *
 * They hold the attempts by mode and attack, the accepted ones, and the texts that must not be in
 * the log.
 */
const tried = new Map(rig.modes.map(({ name }) => [name, new Map<string, number>()]))
let accepted = 0
const secrets = new Set<string>()
const details = new Set<unknown>()

function keepOutOfLog(token: string): void {
  for (const part of [token, ...token.split('.').slice(1)]) if (part.length >= 20) secrets.add(part)
}

/** Creates a valid token for this backend. */
async function goodToken({ target }: Attacked): Promise<string> {
  const [base] = bases(target)
  if (base === undefined) return (await rig.write.session(900_000)).token
  return compact(base.header, goodClaims(target), base.sign)
}

/**
 * All tokens of the list. A backend that accepts no JWTs also gets those that are valid elsewhere.
 */
function tokensFor({ target }: Attacked): Attack[] {
  if (bases(target).length > 0) return attackTokens(target)
  const everywhere = { ...target, takesSecret: true, takesKeys: true }
  const right = bases(everywhere).map(({ name, header, sign }) => ({
    id: 'J13',
    what: `${name} is off`,
    token: compact(header, goodClaims(target), sign),
  }))
  return [...attackTokens(target), ...attackTokens(everywhere), ...right]
}

/** Lists the problems of a response to a request that must be refused. */
function faultsOf(response: ReceivedResponse, status: number, challenge: string): string[] {
  if (response.status < 300) accepted += 1
  if (challenge === invalidToken) details.add(response.body['detail'])
  return [
    ...(response.status === status ? [] : [`status ${response.status}`]),
    ...(response.challenge === challenge ? [] : [`WWW-Authenticate ${response.challenge}`]),
    ...(response.cors === page ? [] : [`Access-Control-Allow-Origin ${response.cors}`]),
  ]
}

function count({ name }: Attacked, id: string): void {
  const counts = tried.get(name)!
  counts.set(id, (counts.get(id) ?? 0) + 1)
}

describe.each(rig.modes.map((mode) => [mode.name, mode] as const))('with %s', (_, mode) => {
  test('a valid token is accepted, whatever the case of the scheme', async () => {
    for (const { header, sign } of bases(mode.target))
      for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
        const before = rig.entered
        const token = compact(header, goodClaims(mode.target), sign)
        keepOutOfLog(token)
        const response = await sendTo(mode, { headers: { authorization: `${scheme} ${token}` } })
        expect(response).toMatchObject({ status: 200, body: { id: 'ann' } })
        expect(rig.entered).toBe(before + 1)
      }
    if (!mode.takesSessions) return
    const { token, userId } = await rig.write.session(900_000)
    keepOutOfLog(token)
    const value = encodeURIComponent(signed(token, secret))
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: `Bearer ${signed(token, secret)}` },
      { cookie: `__Secure-better-auth.session_token=${value}` },
    ])
      expect((await sendTo(mode, { headers })).body).toEqual({ id: userId })
  })

  test('J1 to J9: a request with a misplaced token is refused', async () => {
    const before = rig.entered
    const token = await goodToken(mode)
    keepOutOfLog(token)
    const wrong: string[] = []
    for (const { id, what, sent, status, challenge } of requestAttacks(token, mode.takesSessions)) {
      const faults = faultsOf(await sendTo(mode, sent), status, challenge)
      if (faults.length > 0) wrong.push(`${id} ${what}: ${faults.join(', ')}`)
      count(mode, id)
    }
    expect(wrong).toEqual([])
    expect(rig.entered).toBe(before)
  })

  test('J10 to J27: a tampered token is refused', async () => {
    const before = rig.entered
    const wrong: string[] = []
    for (const { id, what, token } of tokensFor(mode)) {
      // a header cannot hold a line break: the socket tests try that
      if (/[\r\n]/.test(token)) continue
      const [status, challenge] = token.includes(',')
        ? ([400, 'Bearer error="invalid_request"'] as const)
        : ([401, invalidToken] as const)
      const faults = faultsOf(await sendTo(mode, bearer(token)), status, challenge)
      if (faults.length > 0) wrong.push(`${id} ${what}: ${faults.join(', ')}`)
      count(mode, id)
      keepOutOfLog(token)
    }
    expect(wrong).toEqual([])
    expect(rig.entered).toBe(before)
  })
})

describe('after all attacks', () => {
  test('every attack of the list was tried in each mode here, or in the file that it names', () => {
    expect(attackLines.map(({ id }) => id)).toEqual(
      Array.from({ length: 32 }, (_, at) => `J${at + 1}`),
    )
    const [here, elsewhere] = [true, false].map((isHere) =>
      attackLines.filter(
        ({ id, file }) => id !== 'J32' && import.meta.url.endsWith(`/${file}`) === isHere,
      ),
    )
    for (const [mode, counts] of tried)
      expect([mode, here!.filter(({ id }) => !counts.has(id))]).toEqual([mode, []])
    expect(elsewhere!.filter(({ id, file }) => !namedIn(file).has(id))).toEqual([])
  })

  test('J32: all 401 responses are the same, so that attackers learn nothing', () => {
    expect(details.size).toBe(1)
  })

  test('no server except the key server was asked for keys', () => {
    expect(rig.attackerServer.hits).toBe(0)
    expect([...rig.asked]).toEqual([rig.keyServer.url])
  })

  test('the log has a line for each attack, and no token', () => {
    const totals = [...tried.values()].map((counts) =>
      [...counts.values()].reduce((sum, each) => sum + each, 0),
    )
    const total = totals.reduce((sum, each) => sum + each, 0)
    const byMode = rig.modes.map(({ name }, at) => `${name} ${totals[at]}`).join(', ')
    console.info(`attacks: ${total} tokens and requests tried (${byMode}), ${accepted} accepted`)
    expect(accepted).toBe(0)
    expect(Math.min(...totals)).toBeGreaterThan(170)
    expect(rig.logged.match(/"status":40[01]/g)?.length).toBeGreaterThanOrEqual(total)
    expect([...secrets].filter((part) => rig.logged.includes(part))).toEqual([])
    expect(rig.logged).not.toContain(secret)
  })
})
