import { sharedOf } from '../database/database.ts'
import type { Driver } from '../database/drivers/driver.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { TooLate } from './is-away.ts'
import type { LimitStore } from './limit-store.ts'
import type { MemoryLimits } from './memory-limits.ts'
import { PostgresLimits } from './postgres-limits.ts'

const stores = new WeakMap<Driver, PostgresLimits>()

/** The store of a limit: a Postgres server, or else the memory of this process. */
export function storeOf(db: AnyQueryable | undefined, memory: MemoryLimits): LimitStore {
  if (db === undefined) return memory
  const { driver } = sharedOf(db, 'rateLimit()')
  // The embedded database belongs to one process, and has one connection, which may be in use.
  if (driver.kind === 'pglite') return memory
  const known = stores.get(driver)
  if (known !== undefined) return known
  const made = new PostgresLimits(driver)
  stores.set(driver, made)
  return made
}

/** Milliseconds that a request waits for its count. */
const timeout = 3000

/** Rejects if counting takes longer than three seconds: a limit must not make an outage worse. */
export function withTimeout<T>(count: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const counted = count()
    if (!(counted instanceof Promise)) return resolve(counted)
    const timer = setTimeout(
      () => reject(new TooLate(`The database did not count within ${timeout} ms`)),
      timeout,
    )
    void counted.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
