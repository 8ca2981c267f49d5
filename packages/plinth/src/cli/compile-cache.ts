import { existsSync } from 'node:fs'
import module, { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** The folder of Node's compile cache for a project; undefined if nothing is installed there. */
export const compileCacheFolder = (root: string): string | undefined =>
  existsSync(join(root, 'node_modules'))
    ? join(root, 'node_modules', '.cache', 'plinth')
    : undefined

/**
 * Turns on Node's compile cache, which saves a third of a start.
 * It is inside `node_modules`, and not in a folder that every user of the machine may write to. NODE_COMPILE_CACHE
 * overrides the folder.
 */
export function cacheCompiledCode(root: string): void {
  const folder = compileCacheFolder(root)
  if (folder !== undefined) enableCompileCache(folder)
}

/**
 * Writes the compile cache now. Node would do it at exit, where several processes that stop together take seconds.
 *
 * Processes that start afterwards load from it.
 */
export function writeCompiledCode(): void {
  // Bun has none.
  if ('flushCompileCache' in module) module.flushCompileCache()
}
