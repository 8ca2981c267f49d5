import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { database, type DatabaseOptions } from '../../../src/database/database.ts'
import { main, modules } from '../cli-project.ts'
import { startPostgres } from '../postgres/postgres-server.ts'
import { flagsFor } from '../short-lived.ts'

/** The result of a command. */
export interface Ran {
  readonly code: number
  readonly output: string
  /** The standard output. */
  readonly stdout: string
}

/** A service in its own folder. */
export interface MigrationProject {
  readonly root: string
  /** The folder of its migrations. */
  readonly migrations: string
  /** Writes its models, one field per line. */
  models(...tables: readonly string[]): void
  /** Runs `plinth db …` in it. */
  db(...args: readonly string[]): Promise<Ran>
  /** The SQL of its newest migration. */
  newest(): string
  remove(): void
}

const head = `import { createdAt, field, id, model, owner, updatedAt } from 'plinth'
import { sql } from 'drizzle-orm'
import { index, pgEnum, uniqueIndex } from 'drizzle-orm/pg-core'
import * as z from 'zod'
`

/** Makes a service with a database and without models. */
export function migrationProject(url: string, options: DatabaseOptions = {}): MigrationProject {
  const root = mkdtempSync(join(tmpdir(), 'plinth-project-'))
  const migrations = join(root, 'migrations')
  mkdirSync(join(root, 'src'))
  symlinkSync(modules, join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{"name":"service","type":"module"}')
  writeFileSync(
    join(root, 'src', 'database.ts'),
    `import { database } from 'plinth'\nexport const db = database(${JSON.stringify(url)}, ${JSON.stringify(options)})\n`,
  )
  return {
    root,
    migrations,
    models: (...tables) =>
      writeFileSync(join(root, 'src', 'models.ts'), `${head}${tables.join('\n')}\n`),
    db: (...args) => runNode(root, [...flagsFor(url), main, 'db', ...args]),
    newest: () => {
      const name = readdirSync(migrations).toSorted().at(-1) ?? ''
      return readFileSync(join(migrations, name, 'migration.sql'), 'utf8')
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Runs Node in a folder, without a terminal. */
function runNode(cwd: string, args: readonly string[]): Promise<Ran> {
  const { NODE_ENV: _, VITEST: __, ...env } = process.env
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd, env: { ...env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
        resolve({ code, stdout, output: stdout + stderr })
      },
    )
  })
}

/** A server with databases for a test. */
export interface Databases {
  /** Creates a database, as a copy of the template or empty, and returns its URL. */
  make(template?: string): Promise<string>
  /** Waits until no client is connected. A server notices late that a client is gone. */
  idle(url: string): Promise<void>
  stop(): Promise<void>
}

export async function startDatabases(): Promise<Databases> {
  const server = await startPostgres()
  const admin = database(server.url, { max: 1 })
  let count = 0
  const nameIn = (url: string): string => new URL(url).pathname.slice(1)
  return {
    make: async (template) => {
      const name = `made_${(count += 1)}`
      const from =
        template === undefined ? sql`` : sql` template ${sql.identifier(nameIn(template))}`
      await admin.execute(sql`create database ${sql.identifier(name)}${from}`)
      return server.url.replace(/postgres$/, name)
    },
    idle: async (url) => {
      for (;;) {
        const { rows } = await admin.execute<{ count: string }>(
          sql`select count(*) from pg_stat_activity where datname = ${nameIn(url)}`,
        )
        if (rows[0]?.count === '0') return
      }
    },
    stop: async () => {
      await admin.close()
      await server.stop()
    },
  }
}
