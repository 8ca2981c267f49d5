import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { database } from '../../database/database.ts'
import {
  readDatabaseUrl,
  type PgliteTarget,
  type PostgresTarget,
} from '../../database/drivers/database-url.ts'
import { holderOf } from '../../database/drivers/directory-lock.ts'
import { pendingMigrations } from '../../migrations/migrate.ts'
import { directUrl } from '../direct-url.ts'
import { hasPart, type Project } from '../project.ts'
import { clockFinding } from './clock-finding.ts'
import type { DoctorFacts, SettingValue } from './facts.ts'
import { ok, problem, warning, type Finding } from './finding.ts'
import { pooledFindings } from './pooled-findings.ts'

/** Milliseconds for one answer of a server; Neon wakes in less. */
const patience = 4000

/** The database: whether it can be had, and whether its tables are up to date. */
export async function checkDatabase(facts: DoctorFacts): Promise<Finding[]> {
  const setting = facts.setting('DATABASE_URL')
  if (setting === undefined) return []
  let target: PgliteTarget | PostgresTarget
  try {
    target = readDatabaseUrl(setting.text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return [problem('database-url', message, `Correct DATABASE_URL (${setting.source})`)]
  }
  return target.kind === 'pglite'
    ? await checkEmbedded(facts, target)
    : await checkServer(facts, target, setting)
}

async function checkEmbedded({ project }: DoctorFacts, target: PgliteTarget): Promise<Finding[]> {
  if (target.directory === null) return [ok('database-url', 'The database is in memory')]
  const directory = resolve(project.root, target.directory)
  const holder = holderOf(directory)
  if (holder !== undefined)
    return [
      problem(
        'database-locked',
        `The data directory ${directory} is in use by process ${holder.pid} on ${holder.host}: a second process on it would destroy it, and is refused`,
        `Stop process ${holder.pid}, or give this service another directory in DATABASE_URL. If that is this service, all is well: its migrations can be checked when it is stopped`,
      ),
    ]
  if (!existsSync(join(directory, 'PG_VERSION')))
    return [ok('database-url', `The data directory ${directory} is made at the first start`)]
  // opening it would write to it
  const copy = mkdtempSync(join(tmpdir(), 'plinth-doctor-'))
  const remove = (): void => rmSync(copy, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    cpSync(directory, join(copy, 'data'), { recursive: true })
    const free = ok('database-locked', `The data directory ${directory} is free`)
    return [free, ...(await checkMigrations(project, `pglite:${join(copy, 'data')}`))]
  } finally {
    process.off('exit', remove)
    remove()
  }
}

async function checkServer(
  { project }: DoctorFacts,
  target: PostgresTarget,
  setting: SettingValue,
): Promise<Finding[]> {
  const pooled = pooledFindings(directUrl(project), target)
  const reached = await reach(target, setting)
  if (reached.some(({ level }) => level === 'problem')) return [...pooled, ...reached]
  return [...pooled, ...reached, ...(await checkMigrations(project, target.url))]
}

interface Refusal {
  readonly id: 'database-password' | 'database-name' | 'database-unreachable'
  readonly what: string
  readonly fix: string
}

const password: Refusal = {
  id: 'database-password',
  what: 'does not accept the user or the password',
  fix: 'Write the right ones into DATABASE_URL; characters such as # / ? @ in a password must be percent-encoded (# is %23)',
}

/** By SQLSTATE. What is not here is a server that does not answer as one. */
const refusals: Readonly<Record<string, Refusal>> = {
  '28P01': password,
  '28000': password,
  '3D000': {
    id: 'database-name',
    what: 'has no database of that name',
    fix: 'Correct the name at the end of DATABASE_URL, or make the database: createdb',
  },
}

const unreachable: Refusal = {
  id: 'database-unreachable',
  what: 'cannot be reached',
  fix: 'Is it running, and are host and port of DATABASE_URL right? Does a firewall stand between?',
}

/** Connects once, as a service would, and asks for the time. */
async function reach(target: PostgresTarget, { source }: SettingValue): Promise<Finding[]> {
  const client = new Client({
    connectionString: target.url,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: 'plinth doctor',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ now: Date; version: string }>(
      "select clock_timestamp() as now, current_setting('server_version') as version",
    )
    const [row] = rows
    return [
      ok('database-unreachable', `${target.location} answers: Postgres ${row?.version ?? ''}`),
      clockFinding('Postgres', row?.now.getTime() ?? Number.NaN, { error: 0, at: Date.now() }),
    ]
  } catch (error) {
    const { code = '', message = '' } = error as { code?: string; message?: string }
    const { id, what, fix } = refusals[code] ?? unreachable
    const why = message === '' ? code : message
    return [problem(id, `${target.location} (DATABASE_URL, ${source}) ${what}: ${why}`, fix)]
  } finally {
    await Promise.race([client.end().catch(() => {}), new Promise((end) => setTimeout(end, 500))])
  }
}

async function checkMigrations(project: Project, url: string): Promise<Finding[]> {
  const folder = project.paths.migrations
  if (!hasPart(project, 'migrations'))
    return [
      warning(
        'migrations-folder',
        `There are no migrations in ${folder}`,
        'Make the first by plinth db generate',
      ),
    ]
  const db = database(url, { max: 1, connectTimeout: patience, queryTimeout: patience })
  try {
    const pending = await pendingMigrations(db, { folder })
    if (pending.length === 0) return [ok('migrations-pending', 'Every migration is applied')]
    const which = pending.length === 1 ? 'A migration is' : `${pending.length} migrations are`
    return [
      problem(
        'migrations-pending',
        `${which} not applied yet: ${pending.join(', ')}`,
        'Apply them by plinth db migrate; in development plinth dev does so',
      ),
    ]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [problem('migrations-folder', message, 'Mend what the message names')]
  } finally {
    await db.close()
  }
}
