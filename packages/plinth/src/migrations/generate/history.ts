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

/** The state of a folder of migrations. */
export interface History {
  readonly folder: string
  /** The tables after the newest migration; empty without migrations. */
  readonly state: Snapshot
  /** The folders with a snapshot, in their order. */
  readonly names: readonly string[]
}

/** The parts of a `snapshot.json` that are read here. */
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
        `${file} cannot be read: ${(error as Error).message}. Restore the committed file`,
      )
    }
  }
  return found
}

/** The migrations without a successor: more than one if two were made from the same state. */
function headsOf(files: ReadonlyMap<string, SnapshotFile>): string[] {
  const parents = new Set([...files.values()].flatMap(({ prevIds }) => prevIds))
  return [...files].filter(([, { id }]) => !parents.has(id)).map(([name]) => name)
}

/**
 * Reads the state that the newest migration of a folder leads to.
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

/** A migration to write. */
export interface NewMigration {
  /** Such as `add_tasks_priority`. */
  readonly title: string
  readonly sql: string
  /** The state that it leads to. */
  readonly state: Snapshot
}

/**
 * Writes a migration in drizzle-kit's layout, and returns its name.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: its snapshot cannot be read back
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
  // Renamed when complete, so a folder of that name is never partial.
  const draft = join(folder, `.${name}.new`)
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'migration.sql'), sql)
  writeFileSync(join(draft, 'snapshot.json'), `${JSON.stringify(file, null, 2)}\n`)
  renameSync(draft, path)
  return name
}

/** The current time as the start of a name; always after that of the previous name. */
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

/** The content of a snapshot file: the first has the whole state, each later one the changes. */
function snapshotFile(before: Snapshot, state: Snapshot, first: boolean): SnapshotFile {
  const head = { version: '9', dialect: 'postgres', id: state.id, footprints: [] }
  const file = first
    ? { type: 'base', ...head, prevIds: [originId], ddl: state.ddl }
    : { type: 'diff', ...head, prevIds: [before.id], deltas: deltasOf(before.ddl, state.ddl) }
  return file
}

/** The fields that identify an entity among those of its type, as in drizzle-kit. */
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
  const row: Readonly<Record<string, unknown>> = { ...entity }
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

interface UnwrittenSnapshot {
  readonly folder: string
  readonly name: string
  readonly file: SnapshotFile
  readonly state: Snapshot
}

/** Checks that the snapshot can be read back, because the next migration is made from it. */
async function checkSnapshot(kit: DrizzleKit, { folder, name, file, state }: UnwrittenSnapshot) {
  const files = Object.fromEntries([...readSnapshots(folder), [name, file]])
  const read = await kit.reconstruct(JSON.parse(JSON.stringify(files)) as typeof files)
  const sorted = (ddl: readonly Entity[]): unknown =>
    JSON.parse(JSON.stringify(ddl.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))))
  if (!isDeepStrictEqual(sorted(read.ddl), sorted(state.ddl)))
    throw broken(`The snapshot of ${name} cannot be read back unchanged. Nothing was written`)
}
