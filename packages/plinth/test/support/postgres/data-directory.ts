import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const copy = async (from: string, to: string): Promise<void> => {
  // with owners and modes: Postgres requires that its user owns the files
  await promisify(execFile)('cp', ['-a', `${from}/.`, to])
}

/**
 * Fills the data directory of a new server.
 *
 * The first one of a test run is kept as a template for the others, because initdb takes most of the time of a start.
 *
 * @param initialise - runs initdb in the directory
 */
export async function fillDataDirectory(
  directory: string,
  initialise: () => Promise<void>,
): Promise<void> {
  // the folder of a test run, which is deleted at its end
  const isOfTheRun = basename(tmpdir()).startsWith('plinth-tests-')
  const template = join(tmpdir(), 'postgres-template')
  if (isOfTheRun && existsSync(template)) return await copy(template, directory)
  await initialise()
  if (!isOfTheRun) return
  const draft = `${template}-${randomUUID()}`
  await copy(directory, draft)
  // another process may have made one meanwhile
  await rename(draft, template).catch(() => rm(draft, { recursive: true }))
}
