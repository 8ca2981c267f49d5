import { LinkedQueue, type QueueEntry } from '../collections/linked-queue.ts'

/** What there is to do when a deadline passes. */
export interface Deadline {
  onDeadline(): void
}

interface Timed {
  readonly at: number
  readonly deadline: Deadline
}

/** A place in a {@link DeadlineQueue}. */
export type DeadlinePlace = QueueEntry<Timed>

/**
 * Deadlines of one length, so that they pass in the order in which they came: one timer serves them all, where one
 * for each request would cost more than most requests' own work.
 */
export class DeadlineQueue {
  readonly #length: number
  readonly #line = new LinkedQueue<Timed>()
  #timer: NodeJS.Timeout | undefined

  /** @param length - milliseconds */
  constructor(length: number) {
    this.#length = length
  }

  /** @param since - milliseconds of the monotonic clock; no less than that of the one before */
  add(deadline: Deadline, since: number): DeadlinePlace {
    // A timer that runs for one that was met in time finds the next; it is not set anew for each.
    if (this.#timer === undefined) this.#timer = this.#startDeadline(this.#length)
    return this.#line.add({ at: since + this.#length, deadline })
  }

  remove(met: DeadlinePlace): void {
    this.#line.remove(met)
  }

  #startDeadline(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#pass(), milliseconds).unref()
  }

  #pass(): void {
    const now = performance.now()
    for (let next = this.#line.first; next !== undefined; next = this.#line.first) {
      const { at, deadline } = next.value
      if (at > now) break
      this.#line.remove(next)
      deadline.onDeadline()
    }
    const { first } = this.#line
    this.#timer = first && this.#startDeadline(Math.max(1, first.value.at - now))
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
