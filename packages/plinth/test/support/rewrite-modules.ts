import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A change to the source of a module. */
export interface Rewrite {
  readonly file: RegExp
  readonly rewrite: (source: string) => string
}

/**
 * Rewrites modules while they are loaded by this process.
 *
 * @throws {Error} when a rewrite changes nothing: the module is not the one it was written for
 */
export function rewriteModules(rewrites: readonly Rewrite[]): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      const found = rewrites.find(({ file }) => file.test(url))
      if (found === undefined) return loaded
      const before = readFileSync(fileURLToPath(url), 'utf8')
      const source = found.rewrite(before)
      if (source === before) throw new Error(`Nothing to rewrite in ${url}`)
      return { ...loaded, source }
    },
  })
}
