import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlinthError } from '../errors/plinth-error.ts'

/** The folder of the package that a file belongs to. */
function packageOf(file: string): string {
  let folder = dirname(file)
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder)
    folder = dirname(folder)
  return folder
}

/** The folder of this package. */
export const ownFolder: string = packageOf(realpathSync(fileURLToPath(import.meta.url)))

/** The version of this package. */
export const version: string = (
  JSON.parse(readFileSync(join(ownFolder, 'package.json'), 'utf8')) as { version: string }
).version

/**
 * Refuses a service that uses another copy of `plinth`: objects of one copy are unknown to the other.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the service has another copy, or none
 */
export function checkCopy(root: string): void {
  let entry: string
  try {
    entry = createRequire(join(root, 'package.json')).resolve('plinth')
  } catch (error) {
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      `plinth is not installed in ${root}: run npm install plinth there`,
      { cause: error },
    )
  }
  const theirs = packageOf(realpathSync(entry))
  if (theirs !== ownFolder)
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      `The service uses the plinth in ${theirs}, but this command is from another copy, in ${ownFolder}: run npx plinth in the service's folder`,
    )
}
