/**
 * Runs a function again and again, at most once per interval and never twice at the same time (throttle).
 *
 * The first call after a quiet time runs at once. Calls that come before the next run share it.
 */
export class PacedRun<T> {
  readonly #run: () => Promise<T>
  readonly #every: number
  #startedAt = -Infinity
  #running: Promise<unknown> = Promise.resolve()
  #next: Promise<T> | undefined

  /** @param every - milliseconds between the starts of two runs */
  constructor(run: () => Promise<T>, every: number) {
    this.#run = run
    this.#every = every
  }

  /** The result of a run that begins after this call, so that it sees everything that was committed before. */
  request(): Promise<T> {
    return (this.#next ??= this.#schedule())
  }

  async #schedule(): Promise<T> {
    await this.#running
    const wait = this.#startedAt + this.#every - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    this.#next = undefined
    this.#startedAt = performance.now()
    const running = this.#run()
    this.#running = running.catch(() => {})
    return await running
  }
}

interface SharedRun {
  readonly run: PacedRun<string>
  members: number
}

/** The runs of a database, by what they run. */
const shared = new WeakMap<object, Map<string, SharedRun>>()

/** A run that may be shared, and the function that leaves it. */
export interface JoinedRun {
  readonly run: PacedRun<string>
  readonly leave: () => void
}

/**
 * Joins the run of a key, or makes it.
 *
 * @param owner - the database's driver
 */
export function joinRun(owner: object, key: string, make: () => PacedRun<string>): JoinedRun {
  const runs = shared.get(owner) ?? new Map<string, SharedRun>()
  shared.set(owner, runs)
  const found = runs.get(key) ?? { run: make(), members: 0 }
  runs.set(key, found)
  found.members += 1
  return {
    run: found.run,
    leave: () => {
      found.members -= 1
      if (found.members === 0 && runs.get(key) === found) runs.delete(key)
    },
  }
}
