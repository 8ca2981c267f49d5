import { createHash } from 'node:crypto'
import type { Driver, StatementRunner } from '../database/drivers/driver.ts'
import { ensureTables, hasTables, ownTable } from '../database/own-tables.ts'
import { PoolRunner } from '../database/pool-runner.ts'
import { judge, lifetimeOf, type LimitStore, type Quota, type Verdict } from './limit-store.ts'
import { Sweeper } from './sweeper.ts'

/**
 * The counts of rate limits. After a crash of the server they are empty, since the table is unlogged.
 *
 * `counts` begins with the newest bucket, that of `slot`. Rows change in place (HOT), so no index has `expires`.
 */
export const rateLimits = ownTable('rate_limits', [
  `create unlogged table if not exists plinth.rate_limits (
    key text primary key, slot bigint not null, counts int[] not null, expires bigint not null
  ) with (fillfactor = 70)`,
])

/** How far the row is behind the bucket of now, in buckets. */
const shift = 'least(greatest(excluded.slot - l.slot, 0), 31)::int'
const kept = `l.counts[1:31 - ${shift}]`

/** Counts a hit if the limit allows it, by the clock of the database. A refused hit writes nothing. */
const hitText = `
with t as materialized (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now),
hit as (
  insert into plinth.rate_limits as l (key, slot, counts, expires)
  select $1::text, t.now / $2::bigint, '{1}'::int[], t.now + $4::bigint from t
  on conflict (key) do update set
    slot = greatest(excluded.slot, l.slot),
    expires = greatest(excluded.expires, l.expires),
    counts = case when excluded.slot <= l.slot then array[l.counts[1] + 1] || l.counts[2:31]
      else array[1] || array_fill(0, array[${shift} - 1]) || ${kept} end
  where (select coalesce(sum(c), 0) from unnest(${kept}) c) < $3::bigint
  returning l.slot, l.counts
)
select true as allowed, hit.slot::text, hit.counts::text, t.now::text from hit, t
union all
select false, l.slot::text, l.counts::text, t.now::text from plinth.rate_limits l, t
where l.key = $1::text and not exists (select from hit)`

interface HitRow {
  readonly allowed: boolean
  readonly slot: string
  readonly counts: string
  readonly now: string
}

const sweepText = `delete from plinth.rate_limits where key in (
  select key from plinth.rate_limits
  where expires < (extract(epoch from clock_timestamp()) * 1000)::bigint limit 5000 for update skip locked)`

/** The most keys that are remembered as refused. */
const mostRefused = 10_000

/** Counts hits in Postgres, for all processes together: one statement each, on a connection of its own. */
export class PostgresLimits implements LimitStore {
  readonly #driver: Driver
  readonly #runner: StatementRunner
  readonly sweeper: Sweeper
  /** Refused keys, and the time of the monotonic clock until which none of them can be let through. */
  readonly #refused = new Map<string, number>()

  constructor(driver: Driver) {
    this.#driver = driver
    this.#runner = new PoolRunner(driver)
    this.sweeper = new Sweeper(driver, sweepText)
  }

  hit(name: string, quota: Quota): Verdict | Promise<Verdict> {
    const key = createHash('sha256').update(name).digest('base64url')
    const left = (this.#refused.get(key) ?? 0) - performance.now()
    if (left > 0) return { allowed: false, remaining: 0, reset: left }
    this.sweeper.run()
    return hasTables(this.#driver, [rateLimits])
      ? this.#count(key, quota)
      : ensureTables(this.#driver, [rateLimits]).then(() => this.#count(key, quota))
  }

  async #count(key: string, quota: Quota): Promise<Verdict> {
    const { rows } = await this.#runner.run({
      text: hitText,
      params: [key, quota.bucket, quota.limit, lifetimeOf(quota)],
      name: 'plinth_rate_limit',
      arrays: false,
    })
    // The statement names these columns.
    const verdict = verdictOf(rows[0] as unknown as HitRow | undefined, quota)
    if (verdict.allowed) this.#refused.delete(key)
    else this.#remember(key, performance.now() + verdict.reset)
    return verdict
  }

  #remember(key: string, until: number): void {
    if (this.#refused.size >= mostRefused) this.#refused.clear()
    this.#refused.set(key, until)
  }
}

function verdictOf(row: HitRow | undefined, quota: Quota): Verdict {
  // Another process made the row, and filled it, after this statement's snapshot.
  if (row === undefined) return { allowed: false, remaining: 0, reset: quota.bucket }
  const newest = Number(row.slot)
  const counted = row.counts
    .slice(1, -1)
    .split(',')
    .map((count, at) => ({ slot: newest - at, count: Number(count) }))
  return judge(row.allowed, { counted, now: Number(row.now), quota })
}
