import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownFolder } from '../own-package.ts'
import { withPlainName } from './plain-name.ts'

/**
 * The modules of a service, which can be loaded again in the same process.
 *
 * A file that changed gets another URL (`tasks.ts?v=3`), and so does each file that imports it, directly or through
 * others. All other files stay the same objects. Packages, and Plinth itself, are loaded once.
 */
export class HotGraph {
  readonly #root: string
  readonly #versions = new Map<string, number>()
  readonly #importers = new Map<string, Set<string>>()
  readonly #hashes = new Map<string, string>()
  /** The files of loads that failed: they are loaded again with the next change, whatever changed. */
  readonly #pending = new Set<string>()
  #version = 0

  /**
   * @param root - the folder of the service: files elsewhere are loaded once
   * @param onFile - called with each file that is loaded
   */
  constructor(root: string, onFile: (file: string) => void) {
    this.#root = `${pathToFileURL(realpathSync(root)).href}/`
    module.registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context)
        const url = plain(found.url)
        if (!this.#isOwn(url)) return found
        this.#remember(url, context.parentURL)
        const version = this.#versions.get(url)
        return version === undefined ? found : { ...found, url: withVersion(found.url, version) }
      },
      load: (url, context, next) => {
        if (url.startsWith('file:')) onFile(fileURLToPath(url))
        const loaded = next(url, context)
        return plain(url) === url ? loaded : withPlainName(loaded, plain(url))
      },
    })
  }

  /** True if the platform can load a module again: Bun has no hooks. */
  static get isSupported(): boolean {
    return typeof module.registerHooks === 'function'
  }

  /** True for a file that can be loaded again. */
  isOwn(file: string): boolean {
    return this.#isOwn(pathToFileURL(file).href)
  }

  /**
   * Marks the loaded files among these whose content changed, and the files that import them.
   *
   * @returns the files that the next import evaluates again
   */
  invalidate(files: readonly string[]): readonly string[] {
    const changed = files
      .map((file) => pathToFileURL(file).href)
      .filter((url) => this.#hasChanged(url))
    const urls = new Set([...changed, ...this.#pending])
    for (const url of urls)
      for (const importer of this.#importers.get(url) ?? [])
        if (this.#isOwn(importer)) urls.add(importer)
    return this.#mark(urls)
  }

  /** Marks every file of the service. */
  invalidateAll(): readonly string[] {
    return this.#mark(new Set([...this.#hashes.keys(), ...this.#pending]))
  }

  /** Call it when the marked files were evaluated, and the service starts with them. */
  succeeded(): void {
    this.#pending.clear()
  }

  #mark(urls: ReadonlySet<string>): readonly string[] {
    for (const importers of this.#importers.values()) for (const url of urls) importers.delete(url)
    for (const url of urls) {
      this.#pending.add(url)
      this.#versions.set(url, ++this.#version)
      // `require` finds modules by their path, which stays the same.
      delete createRequire(url).cache[fileURLToPath(url)]
    }
    return [...urls].map((url) => fileURLToPath(url))
  }

  #hasChanged(url: string): boolean {
    const known = this.#hashes.get(url)
    if (known === undefined) return false
    const now = hashOf(url)
    this.#hashes.set(url, now)
    return known !== now
  }

  #remember(url: string, parent: string | undefined): void {
    if (parent !== undefined) {
      const importers = this.#importers.get(url) ?? new Set<string>()
      this.#importers.set(url, importers.add(plain(parent)))
    }
    if (!this.#hashes.has(url)) this.#hashes.set(url, hashOf(url))
  }

  #isOwn(url: string): boolean {
    return url.startsWith(this.#root) && !url.includes('/node_modules/') && !url.startsWith(ownUrl)
  }
}

const ownUrl = pathToFileURL(ownFolder + sep).href

const withVersion = (url: string, version: number): string =>
  `${url}${url.includes('?') ? '&' : '?'}v=${version}`

/** The URL without its version. */
const plain = (url: string): string => url.replace(/[?&]v=\d+$/, '')

function hashOf(url: string): string {
  try {
    return createHash('sha1')
      .update(readFileSync(fileURLToPath(url)))
      .digest('base64')
  } catch {
    return ''
  }
}
