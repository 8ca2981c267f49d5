import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PlinthError } from '../errors/plinth-error.ts'
import { lockDirectory } from '../database/drivers/directory-lock.ts'
import { fillDirectory } from '../database/drivers/pglite/open-pglite.ts'
import type { EmbeddedDatabase } from '../database/drivers/driver.ts'

/** How many copies are kept. */
const kept = 5

/** A copy of an embedded database, from before a migration. */
export interface Backup {
  readonly file: string
  /** As `dev-20260101T120000Z.tar.gz`. */
  readonly name: string
}

const placeOf = (directory: string): string => join(dirname(resolve(directory)), 'backups')

/** The copies of the database in a directory, newest first. */
export function backupsOf(directory: string): Backup[] {
  const place = placeOf(directory)
  const [start, end] = [`${basename(resolve(directory))}-`, '.tar.gz']
  if (!existsSync(place)) return []
  return readdirSync(place)
    .filter(
      (name) =>
        name.startsWith(start) && /^\d{8}T\d{9}Z$/.test(name.slice(start.length, -end.length)),
    )
    .toSorted((a, b) => (a < b ? 1 : -1))
    .map((name) => ({ file: join(place, name), name }))
}

/** Copies the database in a directory, beside it, and removes the oldest copies. Nobody may write it meanwhile. */
export async function backUp({ instance }: EmbeddedDatabase, directory: string): Promise<Backup> {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '')
  const name = `${basename(resolve(directory))}-${time}.tar.gz`
  const file = join(placeOf(directory), name)
  mkdirSync(placeOf(directory), { recursive: true })
  const dump = await (await instance()).dumpDataDir('gzip')
  // Whole, or not there under that name.
  await writeFile(`${file}.new`, dump.stream())
  renameSync(`${file}.new`, file)
  for (const old of backupsOf(directory).slice(kept)) rmSync(old.file, { force: true })
  return { file, name }
}

/**
 * Puts a copy in the place of the database in a directory.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: a process has it open; `PLINTH_MIGRATION_FAILED`: there is no such copy
 */
export async function restoreBackup(directory: string, name: string): Promise<void> {
  const found = backupsOf(directory).find((one) => one.name === name)
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `There is no copy ${name} in ${placeOf(directory)}`,
    )
  await replaceDirectory(directory, new Blob([readFileSync(found.file)]))
}

/**
 * Makes the database in a directory anew: of an image, or empty at its next opening.
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
