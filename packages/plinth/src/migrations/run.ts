import { setTimeout as sleep } from 'node:timers/promises'
import { PlinthError } from '../errors/plinth-error.ts'
import { command, type Connection } from '../database/drivers/driver.ts'
import { hashOf, type Migration, type MigrationStep } from './files.ts'
import { actionsOf } from './review/actions.ts'
import { type BegunMigration, makeSteps, readBegun, writeApplied, writeBegun } from './ledger.ts'
import { missingTableHint } from './missing-table-hint.ts'
import { statementsOf } from '../sql/tokens.ts'
import { postgresFailure, sqlState } from '../database/drivers/sql-state.ts'
import { quoteQualified } from '../sql/quote-identifier.ts'

/** Options for applying a migration. Times are in milliseconds. */
export interface RunOptions {
  /** The lock timeout of a statement, and so how long it can block the requests that wait behind it. */
  readonly lockTimeout: number
  /** How often a step is attempted that gets no lock. */
  readonly attempts: number
  /** True if no migration was applied to the database before. */
  readonly isFirst: boolean
}

interface MigrationRun extends RunOptions {
  readonly connection: Connection
  readonly migration: Migration
}

const lockStates = new Set(['55P03', '40P01'])
const longestPause = 5000

/**
 * Applies a migration, and resumes it after an interruption. A step is applied completely or not at all.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a statement failed, or did not get its lock
 */
export async function runMigration(run: MigrationRun): Promise<void> {
  const { connection, migration } = run
  const { steps } = migration
  const begun = steps.length > 1 ? await resumed(connection, migration) : undefined
  for (let at = begun?.done ?? 0; at < steps.length; at += 1) {
    const again = begun?.done === at && begun.running
    await retryLocks(run, at, (step) => apply(run, { step, at, again }))
  }
  if (steps.length === 0) await inTransaction(run, () => writeApplied(connection, migration))
}

const textOf = (migration: Migration, done: number): string =>
  hashOf(JSON.stringify(migration.steps.slice(0, done)))

/** The progress of an interrupted migration. Its completed steps must be unchanged; later ones may have been corrected. */
async function resumed(
  connection: Connection,
  migration: Migration,
): Promise<BegunMigration | undefined> {
  const begun = await readBegun(connection)
  if (begun === undefined || begun.name !== migration.name) return undefined
  if (begun.hash !== textOf(migration, begun.done))
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `The migration ${migration.name} was interrupted after ${begun.done} of its steps, and those have been edited since. Restore them in ${migration.file}, and change only the steps after them`,
    )
  return begun
}

interface StepToRun {
  readonly step: MigrationStep
  readonly at: number
  /** True if it was started before, and so may have completed. */
  readonly again: boolean
}

async function apply(run: MigrationRun, { step, at, again }: StepToRun): Promise<void> {
  const { connection, migration } = run
  const wrote = (done: number, running: boolean): Promise<void> =>
    writeBegun(connection, { name: migration.name, hash: textOf(migration, done), done, running })
  const done = async (): Promise<void> => {
    if (at === migration.steps.length - 1) return await writeApplied(connection, migration)
    await connection.query(command(makeSteps))
    await wrote(at + 1, false)
  }
  if (step.kind === 'transaction')
    return await inTransaction(run, async () => {
      for (const statement of step.statements) await connection.query(command(statement))
      await done()
    })
  if (migration.steps.length > 1)
    await inTransaction(run, async () => {
      await connection.query(command(makeSteps))
      await wrote(at, true)
    })
  for (const statement of step.statements)
    await (step.kind === 'alone' ? runAlone(run, statement, again) : runBatches(run, statement))
  await inTransaction(run, done)
}

async function inTransaction<T>(run: MigrationRun, work: () => Promise<T>): Promise<T> {
  const { connection, lockTimeout } = run
  await connection.query(command(`begin; set local lock_timeout = ${lockTimeout}`))
  try {
    const result = await work()
    await connection.query(command('commit'))
    return result
  } catch (error) {
    await connection.query(command('rollback')).catch(() => {})
    throw error
  }
}

/** The most repetitions without LIMIT: the first changes all rows, the others only rows that were added meanwhile. */
const mostRuns = 100

/** Repeats a statement until it changes no rows. */
async function runBatches(run: MigrationRun, statement: string): Promise<void> {
  const most = /\blimit\b/i.test(statement) ? Infinity : mostRuns
  for (let count = 0; ; count += 1) {
    if (count === most)
      throw new PlinthError(
        'PLINTH_MIGRATION_FAILED',
        `The migration ${run.migration.name} has a batch statement that never ends: its WHERE must exclude the rows that it has changed, as in "update t set a = 1 where a is null". Statement: ${statement}`,
      )
    const { rowCount } = await inTransaction(run, () => run.connection.query(command(statement)))
    if (rowCount === 0) return
  }
}

/** Statements that may wait for a lock without a timeout, because they block nothing while they wait. */
const gentle = /\bconcurrently\b/i

async function runAlone(run: MigrationRun, statement: string, again: boolean): Promise<void> {
  const { connection, lockTimeout } = run
  if (again && (await alreadyDone(connection, statement))) return
  await connection.query(command(`set lock_timeout = ${gentle.test(statement) ? 0 : lockTimeout}`))
  try {
    await connection.query(command(statement))
  } catch (error) {
    await dropInvalid(connection, statement).catch(() => {})
    throw error
  } finally {
    await connection.query(command('reset lock_timeout')).catch(() => {})
  }
}

/** Returns true if an interrupted statement had completed. A half-built index is dropped, so it can be rebuilt. */
async function alreadyDone(connection: Connection, statement: string): Promise<boolean> {
  const [action] = statementsOf(statement).flatMap(actionsOf)
  if (action?.do === 'drop index') return !(await indexState(connection, action.names[0] ?? ''))
  if (action?.do !== 'create index' || action.name === undefined) return false
  const state = await indexState(connection, action.name)
  if (state === 'invalid') await dropInvalid(connection, statement)
  return state === 'valid'
}

async function indexState(
  connection: Connection,
  name: string,
): Promise<'valid' | 'invalid' | undefined> {
  const { rows } = await connection.query({
    ...command('select indisvalid as valid from pg_index where indexrelid = to_regclass($1)'),
    params: [quoteQualified(name)],
  })
  const [row] = rows as { valid: boolean }[]
  return row && (row.valid ? 'valid' : 'invalid')
}

/** Drops the invalid index that a failed CREATE INDEX CONCURRENTLY leaves: writes would maintain it for nothing. */
async function dropInvalid(connection: Connection, statement: string): Promise<void> {
  const [action] = statementsOf(statement).flatMap(actionsOf)
  if (action?.do !== 'create index' || !action.concurrently || action.name === undefined) return
  if ((await indexState(connection, action.name)) !== 'invalid') return
  const name = quoteQualified(action.name)
  await connection.query(command(`drop index concurrently if exists ${name}`))
}

/** Retries a step that did not get its lock, with exponential backoff, so requests behind it can proceed. */
async function retryLocks(
  run: MigrationRun,
  at: number,
  work: (step: MigrationStep) => Promise<void>,
): Promise<void> {
  const step = run.migration.steps[at]
  if (step === undefined) return
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(step)
    } catch (error) {
      const state = sqlState(error) ?? ''
      if (!lockStates.has(state) || attempt >= run.attempts) throw explain(run, at, error)
      await sleep(Math.min(100 * 2 ** attempt, longestPause) * (0.5 + Math.random() / 2))
    }
  }
}

const existsAlready = ({ isFirst }: RunOptions): string =>
  isFirst
    ? '. If its tables existed before Plinth, record it as applied with plinth db baseline'
    : ''

/** Advice about errors of Postgres, by their code. */
const hints: Readonly<Record<string, (options: RunOptions) => string>> = {
  '55P03': ({ attempts }) =>
    `: another transaction holds a lock on the table, and ${attempts} attempts did not get it. Try again when it has ended`,
  '42P07': existsAlready,
  '42710': existsAlready,
}

function explain(run: MigrationRun, at: number, error: unknown): unknown {
  const failure = postgresFailure(error)
  if (failure === undefined) return error
  const { steps, name } = run.migration
  const progress =
    at === 0
      ? 'and nothing was applied'
      : `in step ${at + 1} of ${steps.length}; the steps before it are applied, and the next run resumes there`
  const hint = hints[failure.code]?.(run) ?? missingTableHint(failure)
  return new PlinthError(
    'PLINTH_MIGRATION_FAILED',
    `The migration ${name} failed, ${progress}: ${failure.message} (${failure.code})${hint}`,
    { cause: error },
  )
}
