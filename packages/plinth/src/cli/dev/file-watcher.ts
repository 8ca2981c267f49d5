import { existsSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Milliseconds to debounce changes: an editor writes a file in several steps. */
const debounce = 20
/** The same for a change after which a process or a table is made again, which takes several files. */
const longDebounce = 60

/** True for a file that Node loads. */
export const isSource = (file: string): boolean => /\.(?:[cm]?[jt]s|json)$/.test(file)

/** Identifies the state of a file; empty if it does not exist. */
export const stampOf = (file: string): string => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs}:${found.size}`
}

/**
 * Watches files by watching their folders, so that a file is still watched after an editor replaces it.
 *
 * @param onChange - called with the files that changed, debounced
 */
export class FileWatcher implements Disposable {
  readonly #stamps = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher>()
  /** Folders in which every entry is watched. */
  readonly #whole = new Set<string>()
  readonly #onChange: (files: readonly string[]) => void
  readonly #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** Watches every source file in the same folders: after a failed import, the missing file may appear there. */
  anySource = false

  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange
  }

  /**
   * Starts to watch a file.
   *
   * @param stamp - its state when it was read: a change since then is one
   */
  add(file: string, stamp: string = stampOf(file)): void {
    if (!this.#stamps.has(file)) this.accept(file, stamp)
  }

  /** Watches a file, and accepts this state of it as unchanged: a change since then is one. */
  accept(file: string, stamp: string): void {
    this.#stamps.set(file, stamp)
    this.#watchFolder(dirname(file))
    this.#look(file)
  }

  /** Watches a folder of migrations: added and removed ones, and the text of the newest. */
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
      // The folder is gone again. Its files are added at the next start.
    }
  }

  #look(file: string): void {
    const known = this.#stamps.get(file)
    const isNew = this.#isMigration(file) || (this.anySource && isSource(file))
    if (known === undefined && !isNew) return
    const now = stampOf(file)
    if (known === now) return
    this.#stamps.set(file, now)
    this.#changed.add(file)
    clearTimeout(this.#timer)
    const isQuick = [...this.#changed].every(isSource)
    this.#timer = setTimeout(() => this.#tell(), isQuick ? debounce : longDebounce)
  }

  /** True for a migration. One that is being written has a name that begins with a dot, until it is complete. */
  #isMigration(file: string): boolean {
    return this.#whole.has(dirname(file)) && !basename(file).startsWith('.')
  }

  #tell(): void {
    const files = [...this.#changed]
    this.#changed.clear()
    this.#onChange(files)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
  }
}
