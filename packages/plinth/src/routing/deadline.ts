/** A place in a {@link DeadlineQueue}. */
export interface Deadline {
  readonly at: number
  readonly passed: () => void
  before: Deadline | undefined
  after: Deadline | undefined
}

/**
 * Deadlines of one length, so that they pass in the order in which they came: one timer serves them all, where one
 * for each request would cost more than most requests' own work.
 */
export class DeadlineQueue {
  readonly #length: number
  #first: Deadline | undefined
  #last: Deadline | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param length - milliseconds */
  constructor(length: number) {
    this.#length = length
  }

  /** @param since - milliseconds of the monotonic clock; no less than that of the one before */
  add(since: number, passed: () => void): Deadline {
    const added = {
      at: since + this.#length,
      passed,
      before: this.#last,
      after: undefined,
    }
    if (this.#last === undefined) this.#first = added
    else this.#last.after = added
    this.#last = added
    // A timer that runs for one that was met in time finds the next; it is not set anew for each.
    if (this.#timer === undefined) this.#timer = this.#wait(this.#length)
    return added
  }

  remove(met: Deadline): void {
    if (met.before === undefined) this.#first = met.after
    else met.before.after = met.after
    if (met.after === undefined) this.#last = met.before
    else met.after.before = met.before
    // One that has grown old would keep all that came after it, until the whole memory is looked through.
    met.before = undefined
    met.after = undefined
  }

  #wait(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#pass(), milliseconds).unref()
  }

  #pass(): void {
    const now = performance.now()
    while (this.#first !== undefined && this.#first.at <= now) {
      const { passed } = this.#first
      this.remove(this.#first)
      passed()
    }
    this.#timer = this.#first && this.#wait(Math.max(1, this.#first.at - now))
  }
}

const queues = new Map<number, DeadlineQueue>()

/** The queue of the deadlines of this length, in milliseconds. */
export function deadlinesOf(length: number): DeadlineQueue {
  const known = queues.get(length)
  if (known !== undefined) return known
  const made = new DeadlineQueue(length)
  queues.set(length, made)
  return made
}
