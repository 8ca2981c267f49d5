import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type DrizzleKit, type Entity, type Snapshot } from './drizzle-kit.ts'

/** What the newest migration of a folder led to. */
export interface History {
  readonly folder: string
  /** The state of all tables after it; of no tables, where there is no migration. */
  readonly state: Snapshot
  /** The folders with a snapshot, in their order. */
  readonly names: readonly string[]
}

/** What of a `snapshot.json` is read here. */
interface SnapshotFile {
  readonly id: string
  readonly prevIds: readonly string[]
}

const broken = (message: string): PlinthError => new PlinthError('PLINTH_MIGRATION_FAILED', message)

function readSnapshots(folder: string): Map<string, SnapshotFile> {
  const found = new Map<string, SnapshotFile>()
  if (!existsSync(folder)) return found
  for (const name of readdirSync(folder).toSorted()) {
    const file = join(folder, name, 'snapshot.json')
    if (!existsSync(file)) continue
    try {
      found.set(name, JSON.parse(readFileSync(file, 'utf8')) as SnapshotFile)
    } catch (error) {
      throw broken(
        `${file} cannot be read: ${(error as Error).message}. Restore it as it was committed`,
      )
    }
  }
  return found
}

/** Migrations that nothing was built on; two of them were made from the same state. */
function headsOf(files: ReadonlyMap<string, SnapshotFile>): string[] {
  const parents = new Set([...files.values()].flatMap(({ prevIds }) => prevIds))
  return [...files].filter(([, { id }]) => !parents.has(id)).map(([name]) => name)
}

/**
 * What the newest migration of a folder led to.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: two migrations were made from the same state, as on two branches; or
 * a snapshot is missing or damaged
 */
export async function readHistory(kit: DrizzleKit, folder: string): Promise<History> {
  if (existsSync(join(folder, 'meta', '_journal.json')))
    throw broken(
      `The migrations in ${folder} are of an older drizzle-kit: convert them with drizzle-kit up`,
    )
  const files = readSnapshots(folder)
  const names = [...files.keys()]
  if (names.length === 0) return { folder, names, state: await kit.generateDrizzleJson({}) }
  const heads = headsOf(files)
  if (heads.length > 1)
    throw broken(
      `${heads.join(' and ')} were both made from the same state, as on two branches that were merged. Remove the folder of the one that was not applied anywhere yet, and run plinth db generate again`,
    )
  try {
    const state = await kit.reconstruct(Object.fromEntries(files))
    return { folder, names, state }
  } catch (error) {
    throw broken(`The snapshots in ${folder} cannot be read: ${(error as Error).message}`)
  }
}

/** A migration that is to be written. */
export interface NewMigration {
  /** As `add_tasks_priority`. */
  readonly title: string
  readonly sql: string
  /** What it leads to. */
  readonly state: Snapshot
}

/**
 * Writes a migration, as drizzle-kit lays it out, and gives its name.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: there is one of that name
 */
export async function writeMigration(
  kit: DrizzleKit,
  { folder, names, state: before }: History,
  { title, sql, state }: NewMigration,
): Promise<string> {
  const name = `${timeAfter(names.at(-1))}_${title}`
  const path = join(folder, name)
  const file = snapshotFile(before, state, names.length === 0)
  await checkSnapshot(kit, { folder, name, file, state })
  // Whole, or not there under that name.
  const draft = join(folder, `.${name}.new`)
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'migration.sql'), sql)
  writeFileSync(join(draft, 'snapshot.json'), `${JSON.stringify(file, null, 2)}\n`)
  renameSync(draft, path)
  return name
}

/** The time of now as a name begins with it; always after that of the name before. */
function timeAfter(last: string | undefined): string {
  const text = (date: Date): string => date.toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const now = text(new Date())
  const before = last?.slice(0, 14)
  if (before === undefined || before < now) return now
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(before) ?? []
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number)
  return text(new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1)))
}

const originId = '00000000-0000-0000-0000-000000000000'

/** The first holds the whole state, each later one what changed. */
function snapshotFile(before: Snapshot, state: Snapshot, first: boolean): SnapshotFile {
  const head = { version: '9', dialect: 'postgres', id: state.id, footprints: [] }
  const file = first
    ? { type: 'base', ...head, prevIds: [originId], ddl: state.ddl }
    : { type: 'diff', ...head, prevIds: [before.id], deltas: deltasOf(before.ddl, state.ddl) }
  return file
}

/** What tells an entity from others of its type, as drizzle-kit writes it. */
const keyFields: Readonly<Record<string, readonly string[]>> = {
  schemas: ['name'],
  roles: ['name'],
  tables: ['schema', 'name'],
  enums: ['schema', 'name'],
  indexes: ['schema', 'name'],
  sequences: ['schema', 'name'],
  views: ['schema', 'name'],
  privileges: ['schema', 'table', 'grantor', 'grantee', 'type'],
}

function keyOf(entity: Entity): string {
  const fields = keyFields[entity.entityType] ?? ['schema', 'table', 'name']
  const row = entity as unknown as Readonly<Record<string, unknown>>
  return `${entity.entityType}\0${JSON.stringify(fields.map((field) => row[field]))}`
}

function deltasOf(before: readonly Entity[], after: readonly Entity[]): object[] {
  const old = new Map(before.map((entity) => [keyOf(entity), entity]))
  const now = new Map(after.map((entity) => [keyOf(entity), entity]))
  const stays = (key: string): boolean => isDeepStrictEqual(old.get(key), now.get(key))
  return [
    ...[...old.keys()].filter((key) => !stays(key)).map((key) => ({ op: 'drop', key })),
    ...[...now].filter(([key]) => !stays(key)).map(([, row]) => ({ op: 'create', row })),
  ]
}

interface Written {
  readonly folder: string
  readonly name: string
  readonly file: SnapshotFile
  readonly state: Snapshot
}

/** Reads it back before it is written: the next migration is made from it. */
async function checkSnapshot(kit: DrizzleKit, { folder, name, file, state }: Written) {
  const files = Object.fromEntries([...readSnapshots(folder), [name, file]])
  const read = await kit.reconstruct(JSON.parse(JSON.stringify(files)) as typeof files)
  const sorted = (ddl: readonly Entity[]): unknown =>
    JSON.parse(JSON.stringify(ddl.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))))
  if (!isDeepStrictEqual(sorted(read.ddl), sorted(state.ddl)))
    throw broken(`The snapshot of ${name} does not read as it was written; nothing was written`)
}
