import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../build/build-package.ts'

const emitted = new Map<string, Promise<string>>()

/**
 * The folder with the declarations of a package, deleted at the end of the process.
 *
 * Several checks need them, and a package is compiled once for all. The compiler reports only what
 * prevents a declaration: the check of the types finds all other errors in the same files.
 *
 * @param project - the path of its tsconfig.build.json
 * @throws {Error} a declaration cannot be written; has the compiler output
 */
export function emittedTypes(project: string): Promise<string> {
  const known = emitted.get(project)
  if (known !== undefined) return known
  const folder = mkdtempSync(join(tmpdir(), 'plinth-types-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const made = compile(project, folder, ['--noCheck']).then(() => folder)
  emitted.set(project, made)
  return made
}
