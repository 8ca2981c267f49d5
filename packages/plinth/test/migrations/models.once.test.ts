// @module-tag postgres
// @module-tag pg_dump
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as kit from 'drizzle-kit/api-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeMigration } from '../../src/migrations/generate/compose-migration.ts'
import { databaseDifference } from '../../src/migrations/generate/database-difference.ts'
import { readHistory, writeMigration } from '../../src/migrations/generate/history.ts'
import { titleOfChange } from '../../src/migrations/generate/migration-title.ts'
import { differenceOf } from '../../src/migrations/generate/renames.ts'
import { type Database, database, databaseOn } from '../../src/database/database.ts'
import { migrate } from '../../src/migrations/migrate.ts'
import { migrationRules } from '../../src/migrations/review/rules.ts'
import { PgliteDriver } from '../../src/database/drivers/pglite/pglite-driver.ts'
import { seededRandom } from '../../src/testing/conformance/seeded-random.ts'
import { pathOf } from '../support/external-programs.ts'
import { catalogOf } from '../support/postgres/catalog.ts'
import { type Databases, startDatabases } from '../support/migrations/project.ts'
import { repeats } from '../support/repeats.ts'
import { dumpSchema } from '../support/postgres/pg-dump.ts'
import { forgetSession, type PgliteSocket, servePglite } from '../support/postgres/pglite-socket.ts'
import { changeModels, drawModels, type DrawnModels } from '../support/random/models.ts'

const count = repeats(80, 10)
const root = mkdtempSync(join(tmpdir(), 'plinth-models-'))
const driver = new PgliteDriver(
  { kind: 'pglite', directory: null, location: 'pglite:memory' },
  {
    max: 1,
    acquireTimeout: 10_000,
    connectTimeout: 10_000,
    queryTimeout: 30_000,
    idleTimeout: 0,
    pipeline: false,
    fastPath: false,
  },
)
let databases: Databases
let engines: readonly Database[]
let socket: PgliteSocket
let url: string
beforeAll(async () => {
  databases = await startDatabases()
  url = await databases.make()
  engines = [databaseOn(driver), database(url, { max: 1 })]
  socket = await servePglite(await driver.embedded.instance())
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await socket?.close()
  for (const db of engines ?? []) await db.close()
  await databases?.stop()
})

const everything = Object.keys(migrationRules)
const empty = `drop schema if exists public cascade; drop schema if exists drizzle cascade; create schema public`

/** Writes a migration to these models, like `plinth db generate`. Returns false without changes. */
async function generate(folder: string, { exports }: DrawnModels): Promise<boolean> {
  const history = await readHistory(kit, folder)
  const state = await kit.generateDrizzleJson({ ...exports }, history.state.id)
  const difference = await differenceOf(kit, [history.state, state], {
    renames: [],
    ask: () => Promise.resolve(undefined),
  })
  if (difference.statements.length === 0) return false
  const { sql } = composeMigration(history.state, difference, { allow: everything })
  await writeMigration(kit, history, { title: titleOfChange(difference), sql, state })
  return true
}

/**
 * Applies the migrations on each engine. Returns the differences from the models, and the catalog.
 */
async function applied(folder: string, { exports }: DrawnModels) {
  const { state } = await readHistory(kit, folder)
  return await Promise.all(
    engines.map(async (db) => {
      await migrate(db, { folder })
      const differs = await databaseDifference(kit, db, { models: exports, states: [state] })
      return { differs, catalog: await catalogOf(db) }
    }),
  )
}

/** The output of `pg_dump --schema-only` for PGlite and for the server. */
async function dumped(): Promise<readonly [string, string]> {
  const program = pathOf('pg_dump')
  const both = await Promise.all([dumpSchema(program, socket.url), dumpSchema(program, url)])
  await forgetSession(await driver.embedded.instance())
  return both
}

describe('random models', () => {
  it(`become migrations and tables without differences, ${count} times, and again when they are changed`, async () => {
    let changed = 0
    for (let seed = 1; seed <= count; seed += 1) {
      const draw = seededRandom(seed)
      const folder = join(root, String(seed))
      for (const db of engines) await db.execute(empty)
      const first = drawModels(draw)
      expect(await generate(folder, first)).toBe(true)
      expect(await generate(folder, first)).toBe(false)
      for (const models of [first, changeModels(draw, first)]) {
        if (models !== first && !(await generate(folder, models))) continue
        if (models !== first) changed += 1
        const [lite, server] = await applied(folder, models)
        expect({ seed, differs: [lite?.differs, server?.differs] }).toEqual({
          seed,
          differs: [[], []],
        })
        expect(lite?.catalog.length).toBeGreaterThan(5)
        expect(server?.catalog).toEqual(lite?.catalog)
      }
      const [lite, server] = await dumped()
      expect(lite).toContain('CREATE TABLE public.')
      expect(server).toBe(lite)
    }
    expect(changed).toBeGreaterThan(count / 2)
  }, 600_000)
})
