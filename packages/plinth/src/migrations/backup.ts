import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { PlinthError } from '../errors/plinth-error.ts'
import { lockDirectory } from '../database/drivers/directory-lock.ts'
import { fillDirectory } from '../database/drivers/pglite/open-pglite.ts'
import type { Connection, EmbeddedDatabase } from '../database/drivers/driver.ts'

/** The number of backups that are kept. */
const kept = 5

/** A backup of an embedded database, from before a migration. */
export interface Backup {
  readonly file: string
  /** Such as `dev-20260101T120000000Z.tar.gz`. */
  readonly name: string
}

const folderOf = (directory: string): string => join(dirname(resolve(directory)), 'backups')

/** The backups of an embedded database, newest first. */
export function backupsOf(directory: string): Backup[] {
  const folder = folderOf(directory)
  const [start, end] = [`${basename(resolve(directory))}-`, '.tar.gz']
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(
      (name) =>
        name.startsWith(start) && /^\d{8}T\d{9}Z$/.test(name.slice(start.length, -end.length)),
    )
    .toSorted((a, b) => (a < b ? 1 : -1))
    .map((name) => ({ file: join(folder, name), name }))
}

/**
 * Backs up an embedded database to the folder `backups` beside it, and removes the oldest backups.
 *
 * No other connection may write to it at the same time.
 *
 * @param connection - the only one
 */
export async function backUp(
  { dump }: EmbeddedDatabase,
  directory: string,
  connection: Connection,
): Promise<Backup> {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '')
  const name = `${basename(resolve(directory))}-${time}.tar.gz`
  const file = join(folderOf(directory), name)
  mkdirSync(folderOf(directory), { recursive: true })
  // Renamed when complete, so a file of that name is never partial.
  await dump(`${file}.new`, connection)
  renameSync(`${file}.new`, file)
  for (const old of backupsOf(directory).slice(kept)) rmSync(old.file, { force: true })
  return { file, name }
}

/**
 * Replaces an embedded database with one of its backups.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: a process has it open; `PLINTH_MIGRATION_FAILED`: there is no backup of that name
 */
export async function restoreBackup(directory: string, name: string): Promise<void> {
  const found = backupsOf(directory).find((one) => one.name === name)
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `There is no copy ${name} in ${folderOf(directory)}`,
    )
  await replaceDirectory(directory, new Blob([readFileSync(found.file)]))
}

/**
 * Replaces an embedded database with an image; without one, it is empty when it is opened next.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: a process has it open
 */
export async function replaceDirectory(directory: string, image?: Blob): Promise<void> {
  const absolute = resolve(directory)
  const unlock = await lockDirectory(absolute)
  try {
    if (image === undefined) return rmSync(absolute, { recursive: true, force: true })
    const filled = `${absolute}.restored`
    rmSync(filled, { recursive: true, force: true })
    await fillDirectory(filled, image)
    rmSync(absolute, { recursive: true, force: true })
    renameSync(filled, absolute)
  } finally {
    unlock()
  }
}
