import type { PgBoss } from 'pg-boss'
import type { Driver } from '../database/drivers/driver.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { sessionOf } from '../database/session-of.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/** A started instance of pg-boss, with the jobs whose queues it knows. */
export interface StartedBoss {
  readonly boss: PgBoss
  readonly names: ReadonlySet<string>
}

/** The started instances by driver: the copies of an app in tests may share one. */
const started = new WeakMap<Driver, StartedBoss[]>()

/** Registers an instance. Returns a function that removes it. */
export function registerBoss(driver: Driver, boss: StartedBoss): () => void {
  const all = started.get(driver) ?? []
  started.set(driver, all)
  all.push(boss)
  return () => void all.splice(all.indexOf(boss), 1)
}

/**
 * The instance that stores jobs of this name, for a database or a transaction.
 *
 * Nothing is started or looked up here: on an embedded database that would wait for the very transaction that waits.
 *
 * @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: the app has not started, or does not have the job
 */
export function bossOf(db: AnyQueryable, name: string): PgBoss {
  const { driver } = sessionOf(db, `the job "${name}"`).shared
  const all = started.get(driver) ?? []
  const found = all.findLast(({ names }) => names.has(name))
  if (found !== undefined) return found.boss
  throw new PlinthError(
    'PLINTH_JOBS_UNAVAILABLE',
    all.length === 0
      ? `The job "${name}" is used before its app has started: await api.start() first, or await test.start() in a test, and use the database of app({ jobs: { db } })`
      : `The app does not have the job "${name}": export it from one of the modules in app({ jobs: { modules } })`,
  )
}
