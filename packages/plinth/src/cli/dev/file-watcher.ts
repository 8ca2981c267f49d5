import { existsSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { dirname, join } from 'node:path'

/** Milliseconds of quiet after which a change is told: an editor writes a file in several steps. */
const quiet = 60
/** What Node loads. */
const source = /\.(?:[cm]?[jt]s|json)$/

const stamp = (file: string): string => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs}:${found.size}`
}

/**
 * Watches files by their folders, so that a file that is replaced, as editors do, is still watched.
 *
 * @param onChange - called with a file that changed, once it has been quiet for a moment
 */
export class FileWatcher implements Disposable {
  readonly #stamps = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher>()
  /** Folders of which every entry counts. */
  readonly #whole = new Set<string>()
  readonly #onChange: (file: string) => void
  #timer: NodeJS.Timeout | undefined
  /** Whether any source beside the watched files counts: what is missing may be what somebody writes now. */
  anySource = false

  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange
  }

  add(file: string): void {
    if (this.#stamps.has(file)) return
    this.#stamps.set(file, stamp(file))
    this.#watchFolder(dirname(file))
  }

  /** Takes these files as they are now. */
  forget(files: readonly string[]): void {
    for (const file of files) if (this.#stamps.has(file)) this.#stamps.set(file, stamp(file))
  }

  /** A folder of migrations: what comes to it or goes, and the newest one's text. */
  addMigrations(folder: string): void {
    this.add(folder)
    if (!existsSync(folder)) return
    this.#whole.add(folder)
    this.#watchFolder(folder)
    const newest = readdirSync(folder).toSorted().at(-1)
    if (newest === undefined) return
    this.add(join(folder, newest))
    this.add(join(folder, newest, 'migration.sql'))
  }

  #watchFolder(folder: string): void {
    if (this.#folders.has(folder)) return
    try {
      const watcher = watch(folder, (_, name) =>
        this.#look(name === null ? '' : join(folder, name)),
      )
      watcher.on('error', () => this.#folders.delete(folder))
      this.#folders.set(folder, watcher)
    } catch {
      // a folder that is gone again: its files are looked for at the next start
    }
  }

  #look(file: string): void {
    const known = this.#stamps.get(file)
    const isNew = this.#whole.has(dirname(file)) || (this.anySource && source.test(file))
    if (known === undefined && !isNew) return
    const now = stamp(file)
    if (known === now) return
    this.#stamps.set(file, now)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#onChange(file), quiet)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
  }
}
