import { statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Milliseconds of quiet after which a change is told: an editor writes a file in several steps. */
const quiet = 60
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
export class DevWatch implements Disposable {
  readonly #stamps = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher>()
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

  /** Every entry that comes to or goes from a folder. */
  addFolder(folder: string): void {
    this.add(folder)
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
    if (known === undefined && !(this.anySource && source.test(basename(file)))) return
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
