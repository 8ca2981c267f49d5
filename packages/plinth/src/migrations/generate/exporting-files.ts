import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const specifier = /\bfrom\s*['"](\.{1,2}\/[^'"]+)['"]/g

/**
 * Finds the files that declare exported values, by following re-exports from a module.
 *
 * For error messages only: the modules are loaded already, and are read once more.
 *
 * @returns paths relative to the working directory; a value without an entry was not found
 */
export async function exportingFiles(
  file: string | undefined,
  values: readonly unknown[],
): Promise<ReadonlyMap<unknown, string>> {
  const found = new Map<unknown, string>()
  const seen = new Set<string>()
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path) || !existsSync(path)) return
    seen.add(path)
    const loaded = Object.values((await import(pathToFileURL(path).href)) as object)
    // The last module of a chain of re-exports is where the value is declared.
    for (const value of values)
      if (loaded.includes(value)) found.set(value, relative(process.cwd(), path))
    for (const [, next = ''] of readFileSync(path, 'utf8').matchAll(specifier))
      await visit(resolve(dirname(path), next))
  }
  if (file !== undefined) await visit(resolve(file))
  return found
}
