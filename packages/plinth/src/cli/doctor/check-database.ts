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
import { findGateway } from '../../database/drivers/pglite/gateway/gateway-file.ts'
import { pendingMigrations } from '../../migrations/migrate.ts'
import { directUrl } from '../direct-url.ts'
import { hasPart, type Project } from '../project.ts'
import { clockFinding } from './clock-finding.ts'
import type { DoctorFacts, SettingValue } from './facts.ts'
import { ok, problem, warning, type Finding } from './finding.ts'
import { pooledFindings } from './pooled-findings.ts'

/** Timeout for one response of a server, in milliseconds. Neon wakes up in less. */
const timeout = 4000

/** Checks that the database is reachable and that its migrations are applied. */
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
  const gateway = findGateway(directory)
  if (gateway !== undefined)
    return [
      ok(
        'database-locked',
        `plinth dev (process ${gateway.pid}) has the data directory ${directory} open, and shares it`,
      ),
      ...(await checkMigrations(project, `pglite:${directory}`)),
    ]
  const holder = holderOf(directory)
  if (holder !== undefined)
    return [
      problem(
        'database-locked',
        `The data directory ${directory} is in use by process ${holder.pid} on ${holder.host}. A second process would corrupt it, and is refused`,
        `Stop process ${holder.pid}, or set another directory in DATABASE_URL. If that process is this service, nothing is wrong: stop it to check its migrations`,
      ),
    ]
  if (!existsSync(join(directory, 'PG_VERSION')))
    return [
      ok('database-url', `The data directory ${directory} will be created at the first start`),
    ]
  // Opening the original would write to it.
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

interface ConnectFailure {
  readonly id: 'database-password' | 'database-name' | 'database-unreachable'
  readonly problem: string
  readonly fix: string
}

const password: ConnectFailure = {
  id: 'database-password',
  problem: 'does not accept the user or the password',
  fix: 'Correct them in DATABASE_URL. Percent-encode characters such as # / ? @ in a password (# is %23)',
}

/** Connection failures by SQLSTATE. Any other error means that the server is unreachable. */
const failures: Readonly<Record<string, ConnectFailure>> = {
  '28P01': password,
  '28000': password,
  '3D000': {
    id: 'database-name',
    problem: 'has no database of that name',
    fix: 'Correct the name at the end of DATABASE_URL, or create the database with createdb',
  },
}

const unreachable: ConnectFailure = {
  id: 'database-unreachable',
  problem: 'cannot be reached',
  fix: 'Check that it is running, that the host and port in DATABASE_URL are correct, and that no firewall blocks the connection',
}

/** The host and the database, such as `db.example.com:5432/app`. A whole URL may be a secret, which is hidden. */
function nameOf({ url }: PostgresTarget): string {
  const { host, pathname } = new URL(url)
  return `${decodeURIComponent(host)}${pathname}`
}

/** Connects once, as the service would, and reads the server's clock. */
async function reach(target: PostgresTarget, { source }: SettingValue): Promise<Finding[]> {
  const client = new Client({
    connectionString: target.url,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
    application_name: 'plinth doctor',
  })
  client.on('error', () => {})
  const name = nameOf(target)
  try {
    await client.connect()
    const { rows } = await client.query<{ now: Date; version: string }>(
      "select clock_timestamp() as now, current_setting('server_version') as version",
    )
    const [row] = rows
    return [
      ok('database-unreachable', `${name} is reachable: Postgres ${row?.version ?? ''}`),
      clockFinding('Postgres', row?.now.getTime() ?? Number.NaN, { error: 0, at: Date.now() }),
    ]
  } catch (error) {
    const { code = '', message = '' } = error as { code?: string; message?: string }
    const failure = failures[code] ?? unreachable
    const reason = message === '' ? code : message
    const text = `${name} (DATABASE_URL, ${source}) ${failure.problem}: ${reason}`
    return [problem(failure.id, text, failure.fix)]
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
        'Create the first with plinth db generate',
      ),
    ]
  const db = database(url, { max: 1, connectTimeout: timeout, queryTimeout: timeout })
  try {
    const pending = await pendingMigrations(db, { folder })
    if (pending.length === 0) return [ok('migrations-pending', 'Every migration is applied')]
    const count = pending.length === 1 ? '1 migration is' : `${pending.length} migrations are`
    return [
      problem(
        'migrations-pending',
        `${count} pending: ${pending.join(', ')}`,
        'Apply with plinth db migrate; in development, plinth dev applies them',
      ),
    ]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [problem('migrations-folder', message, 'Fix the problem in the message')]
  } finally {
    await db.close()
  }
}
