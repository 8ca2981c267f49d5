// A service in front of a database that another tool made, on PGlite or on the test run's Postgres server.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { type Database, database } from '../../../src/database/database.ts'
import { type MigrationProject, migrationProject } from '../migrations/project.ts'
import type { Call } from './origins.ts'

/** A response of the app. */
export interface Served {
  readonly status: number
  readonly body: unknown
}

/** The project, and access to its database while no command runs. */
export interface AdoptedProject extends MigrationProject {
  /** Opens the database for one function. */
  use<T>(work: (db: Database) => Promise<T>): Promise<T>
  /** All rows of all tables outside of Plinth's ledger, by table. */
  rows(): Promise<Record<string, unknown>>
  /** Serves a model with `resource()` under /rows, and returns the responses. */
  serve(
    model: string,
    calls: readonly Call[],
  ): Promise<readonly { status: number; body: unknown }[]>
}

let count = 0

/** The URL of an empty database. */
async function emptyDatabase(): Promise<string> {
  const url = process.env['PLINTH_TEST_DATABASE_URL']
  if (url === undefined) return 'pglite:./.plinth/dev'
  const name = `adopt_${process.pid}_${(count += 1)}`
  const admin = database(url, { max: 1 })
  await admin.execute(sql`create database ${sql.identifier(name)}`)
  await admin.close()
  return url.replace(/postgres$/, name)
}

const runner = `import { api } from './api.ts'
import { db } from './database.ts'
await api.start()
const responses = []
for (const [method, path, body] of JSON.parse(process.argv[2])) {
  const response = await api.fetch(new Request('http://localhost' + path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }))
  responses.push({ status: response.status, body: await response.json() })
}
process.stdout.write('\\n' + JSON.stringify(responses))
await api.stop()
await db.close()
`

/** Makes a project whose database has what these statements make. */
export async function adoptedProject(statements: readonly string[]): Promise<AdoptedProject> {
  const url = await emptyDatabase()
  const project = migrationProject(url)
  const use: AdoptedProject['use'] = async (work) => {
    const db = database(url.replace('pglite:.', `pglite:${project.root}`))
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  }
  await use(async (db) => {
    for (const statement of statements) await db.execute(statement)
  })
  return {
    ...project,
    use,
    rows: () => use(allRows),
    serve: (model, calls) => serve(project.root, model, calls),
  }
}

/** Serves a model of a project with `resource()` under /rows, in a process of its own, and returns the responses. */
export async function serve(
  root: string,
  model: string,
  calls: readonly Call[],
): Promise<readonly Served[]> {
  writeFileSync(
    join(root, 'src', 'api.ts'),
    `import { app, resource, router } from 'plinth'
import { db } from './database.ts'
import { ${model} } from './models.ts'
const rows = resource(router('/rows'), ${model}, { db, owner: false })
export const api = app({ title: 'Rows', routes: { rows } })
`,
  )
  writeFileSync(join(root, 'src', 'run.ts'), runner)
  return await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['src/run.ts', JSON.stringify(calls)],
      { cwd: root },
      (error, stdout, stderr) => {
        if (error) reject(new Error(stdout + stderr, { cause: error }))
        else resolve(JSON.parse(stdout.split('\n').at(-1) ?? '') as readonly Served[])
      },
    )
  })
}

async function allRows(db: Database): Promise<Record<string, unknown>> {
  const { rows: tables } = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const found: Record<string, unknown> = {}
  for (const { name } of tables) {
    const { rows } = await db.execute(
      sql`select to_jsonb(t) as row from ${sql.identifier(name)} t order by 1`,
    )
    found[name] = rows
  }
  return found
}
