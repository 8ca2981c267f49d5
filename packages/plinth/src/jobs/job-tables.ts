import { setTimeout as delay } from 'node:timers/promises'
import type { ConstructorOptions, PgBoss } from 'pg-boss'
import { command, type Driver } from '../database/drivers/driver.ts'
import { ensureTables } from '../database/own-tables.ts'
import { grantJobs } from '../database/job-grants.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { bossDatabase, type Wake } from './boss-database.ts'
import { jobProgress, runAlone } from './job-progress.ts'
import { schedulePasses } from './schedule-passes.ts'
import { bossTelemetry } from './job-trace.ts'
import { loadBoss } from './load-boss.ts'

/** The options of pg-boss for a driver. */
export const bossOptions = (driver: Driver, wake?: Wake): ConstructorOptions => ({
  db: bossDatabase(driver, wake),
  backend: driver.kind,
  schema: 'pgboss',
  openTelemetry: bossTelemetry(),
})

/** The options of an instance that runs no jobs. */
export const idle = { supervise: false, schedule: false, registerInstance: false } as const

/** Checks whether the tables of pg-boss are in the database, of whatever version. */
export async function hasJobTables(driver: Driver): Promise<boolean> {
  const connection = await driver.acquire()
  try {
    const { rows } = await connection.query(
      command(`select to_regclass('pgboss.version') is not null as found`),
    )
    connection.release()
    return rows[0]?.['found'] === true
  } catch (error) {
    connection.release(error)
    throw error
  }
}

/** Creates the tables of progress and of schedules, and lets users' transactions enqueue. */
export async function completeJobTables(driver: Driver): Promise<void> {
  await ensureTables(driver, [jobProgress, schedulePasses])
  await runAlone(driver, command(grantJobs))
}

/**
 * Installs the tables of pg-boss, or updates those of an older version.
 *
 * @returns true if it changed anything
 * @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: pg-boss is not installed
 */
export async function installJobTables(driver: Driver): Promise<boolean> {
  const { PgBoss } = await loadBoss()
  const boss = new PgBoss({ ...bossOptions(driver), ...idle, migrate: true })
  boss.on('error', () => {})
  const before = (await hasJobTables(driver)) ? await versionOf(driver) : undefined
  await boss.start()
  try {
    await indexesBuilt(boss)
    await completeJobTables(driver)
    return (await boss.schemaVersion()) !== before
  } finally {
    await boss.stop({ graceful: false })
  }
}

async function versionOf(driver: Driver): Promise<number> {
  const { rows } = await bossDatabase(driver).executeSql('select version from pgboss.version')
  return Number((rows[0] as { version: unknown } | undefined)?.version)
}

/** Waits for the indexes of an update, which pg-boss builds in the background. */
async function indexesBuilt(boss: PgBoss): Promise<void> {
  for (;;) {
    const left = (await boss.getBamStatus()).filter(({ status }) =>
      ['pending', 'in_progress'].includes(status),
    )
    if (left.every(({ count }) => count === 0)) return
    await delay(500)
  }
}

/** Explains why pg-boss does not start on tables that are missing or of another version. */
export const tablesMissing = (cause?: unknown): PlinthError =>
  new PlinthError(
    'PLINTH_JOBS_UNAVAILABLE',
    'The tables of jobs are not in the database, or are those of another version of pg-boss: run plinth db migrate',
    { cause },
  )
