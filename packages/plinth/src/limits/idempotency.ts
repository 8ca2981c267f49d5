import { createHash } from 'node:crypto'
import { command, type Driver, type StatementRunner } from '../database/drivers/driver.ts'
import { creationText, ensureTables, hasTables, ownTable } from '../database/own-tables.ts'
import type { TransactionConnection } from '../database/transaction-connection.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { Logger } from '../logging/logger.types.ts'
import { isAway } from './is-away.ts'
import { Sweeper } from './sweeper.ts'

/** The keys of idempotent requests, with the responses to them. */
export const idempotencyKeys = ownTable('idempotency_keys', [
  `create table if not exists plinth.idempotency_keys (
    scope text not null, key text not null, fingerprint text not null,
    status int, headers text, body text, expires timestamptz not null, primary key (scope, key)
  )`,
  'create index if not exists idempotency_keys_expires on plinth.idempotency_keys (expires)',
])

/** A response that was kept. */
export interface KeptResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** `null` without a body. */
  readonly body: string | null
}

/** A request with a key. */
export interface KeyedRequest {
  readonly connection: TransactionConnection
  /** The caller and the route. */
  readonly scope: string
  readonly key: string
  /** Everything that must be the same in a retry. */
  readonly content: string | Uint8Array
  /** Seconds that the response is kept. */
  readonly keep: number
}

// Without the lock, the insert would wait for the first request's end. With it, a retry gets a 409 at once.
const claimText = `
with l as materialized (
  select pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 7305218446)) as free
), made as (
  insert into plinth.idempotency_keys as k (scope, key, fingerprint, expires)
  select $1::text, $2::text, $3::text, clock_timestamp() + make_interval(secs => $4::int) from l where l.free
  on conflict (scope, key) do update set fingerprint = excluded.fingerprint, expires = excluded.expires,
    status = null, headers = null, body = null
  where k.expires < clock_timestamp()
  returning 1
)
select l.free, exists (select from made) as fresh from l`

// A statement of its own: the first one's snapshot may be older than the row.
const readText = `select fingerprint, status, headers, body from plinth.idempotency_keys where scope = $1 and key = $2`

const keepText = `update plinth.idempotency_keys set status = $3::int, headers = $4::text, body = $5::text
where scope = $1 and key = $2`

const sweepText = `delete from plinth.idempotency_keys where (scope, key) in (
  select scope, key from plinth.idempotency_keys
  where expires < clock_timestamp() limit 5000 for update skip locked)`

interface KeptRow {
  readonly fingerprint: string
  readonly status: number
  readonly headers: string
  readonly body: string | null
}

/** Keeps the response of a request whose key is new. */
export type Keep = (response: KeptResponse) => Promise<void>

/**
 * Claims a key in the transaction of the handler. Returns the response that is kept, or a function to keep it.
 *
 * If the transaction is rolled back, so is the claim: nothing happened, and a retry runs again.
 *
 * @throws {HttpError} `PLINTH_IDEMPOTENCY_IN_FLIGHT`, 409; `PLINTH_IDEMPOTENCY_KEY_REUSED`, 422
 */
export async function claimKey(request: KeyedRequest): Promise<KeptResponse | Keep> {
  const { connection, key, content, keep } = request
  await requireTable(connection)
  sweeperOf(connection.driver).run()
  const scope = hashOf(request.scope)
  const fingerprint = hashOf(content)
  const ask = (text: string, name: string, params: readonly unknown[]) =>
    run(connection, { text, name: `plinth_key_${name}`, params: [scope, key, ...params] })
  const [claim] = await ask(claimText, 'claim', [fingerprint, keep])
  if (claim?.['free'] !== true) throw inFlight()
  if (claim['fresh'] === true)
    return async ({ status, headers, body }) => {
      await ask(keepText, 'keep', [status, JSON.stringify(headers), body])
    }
  // The statement names these columns.
  const [kept] = (await ask(readText, 'read', [])) as unknown as KeptRow[]
  if (kept === undefined) throw inFlight()
  if (kept.fingerprint !== fingerprint) throw reused()
  return {
    status: kept.status,
    headers: JSON.parse(kept.headers) as KeptResponse['headers'],
    body: kept.body,
  }
}

const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url')

async function run(
  connection: StatementRunner,
  statement: { readonly text: string; readonly name: string; readonly params: readonly unknown[] },
): Promise<Record<string, unknown>[]> {
  const { rows } = await connection.run({ ...statement, arrays: false })
  return rows
}

/** Makes sure that the table exists. The start of an app has done that; a test may not have started it. */
async function requireTable(connection: TransactionConnection): Promise<void> {
  const { driver } = connection
  if (hasTables(driver, [idempotencyKeys])) return
  if (driver.kind === 'pglite' && connection.holding)
    // The only connection is this one. The table is gone again if the transaction is rolled back.
    await connection.run(command(creationText([idempotencyKeys])))
  else await ensureTables(driver, [idempotencyKeys])
}

/** Creates the table at the start of an app. A database that is away gets it later. */
export async function prepareIdempotency(driver: Driver, log: Logger): Promise<void> {
  try {
    await ensureTables(driver, [idempotencyKeys])
  } catch (error) {
    if (!isAway(error)) throw error
    log.warn({ err: error }, 'the table of idempotency keys cannot be created yet')
  }
}

const sweepers = new WeakMap<Driver, Sweeper>()

/** The sweeper of expired keys. */
export function sweeperOf(driver: Driver): Sweeper {
  const known = sweepers.get(driver)
  if (known !== undefined) return known
  const made = new Sweeper(driver, sweepText)
  sweepers.set(driver, made)
  return made
}

const inFlight = (): HttpError =>
  stackless(
    () =>
      new HttpError(409, 'A request with this Idempotency-Key is still in progress', {
        code: 'PLINTH_IDEMPOTENCY_IN_FLIGHT',
        headers: { 'retry-after': '1' },
      }),
  )

const reused = (): HttpError =>
  stackless(
    () =>
      new HttpError(422, 'This Idempotency-Key was used for another request. Use a new key', {
        code: 'PLINTH_IDEMPOTENCY_KEY_REUSED',
      }),
  )
