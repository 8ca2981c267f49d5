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

/** This package's folder. */
export const own: string = packageOf(realpathSync(fileURLToPath(import.meta.url)))

/** This package's version. */
export const version: string = (
  JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { version: string }
).version

/**
 * Refuses a service whose `plinth` is another copy than this command's: what one copy made, another does not know.
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
  if (theirs !== own)
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      `The service uses the plinth in ${theirs}, and this command is of another copy, in ${own}: run npx plinth in the service's folder`,
    )
}
