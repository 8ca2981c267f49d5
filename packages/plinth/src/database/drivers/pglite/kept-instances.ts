import type { OpenInstance } from './open-instance.ts'

interface Kept {
  readonly opening: Promise<OpenInstance>
  /** The drivers that use it, with the version of the service that made them. */
  readonly users: Map<object, number>
}

/** Options of {@link KeptInstances.attach}. */
export interface AttachOptions {
  /** The directory, or the driver itself for a database in memory, which no other driver can open. */
  readonly key: string | object
  /** The value of {@link KeptInstances.version} when the driver was made. */
  readonly version: number
  readonly open: () => Promise<OpenInstance>
}

/**
 * Embedded databases that stay open when their driver is closed, for the next driver of the same directory.
 *
 * `plinth dev` loads the service again within a second because opening Postgres is not a part of it.
 */
export class KeptInstances {
  readonly #kept = new Map<string | object, Kept>()
  /** The version of the service whose drivers are being made. */
  version = 0

  has(key: string | object): boolean {
    return this.#kept.has(key)
  }

  /**
   * Returns the open database, or opens it.
   *
   * Two drivers of one version are a mistake of the service. The second one opens the directory itself, and finds it
   * locked, as it does without `plinth dev`.
   */
  attach(driver: object, { key, version, open }: AttachOptions): Promise<OpenInstance> {
    const found = this.#kept.get(key)
    if (found !== undefined) {
      const others = [...found.users].filter(([each]) => each !== driver)
      if (others.some(([, made]) => made === version)) return open()
      found.users.set(driver, version)
      return found.opening
    }
    const opening = open()
    this.#kept.set(key, { opening, users: new Map([[driver, version]]) })
    opening.catch(() => this.#kept.delete(key))
    return opening
  }

  /** Ends the use of a database by a driver. The database stays open. */
  detach(driver: object): void {
    for (const { users } of this.#kept.values()) users.delete(driver)
  }

  /** Closes the databases that no driver uses any more. */
  async sweep(): Promise<void> {
    const unused = [...this.#kept].filter(([, { users }]) => users.size === 0)
    for (const [key] of unused) this.#kept.delete(key)
    await Promise.all(unused.map(async ([, { opening }]) => (await opening).close()))
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    for (const { users } of this.#kept.values()) users.clear()
    await this.sweep()
  }
}

let kept: KeptInstances | undefined

/** Keeps every embedded database that this process opens from now on. Only `plinth dev` does. */
export const keepInstances = (): KeptInstances => (kept ??= new KeptInstances())

/** The kept databases of this process; undefined if it keeps none. */
export const keptInstances = (): KeptInstances | undefined => kept
