import { LinkedQueue, type QueueEntry } from '../collections/linked-queue.ts'

/** A request timeout: called when the deadline of a request passes. */
export interface Deadline {
  onDeadline(): void
}

interface Timed {
  readonly at: number
  readonly deadline: Deadline
}

/** An entry of a {@link DeadlineQueue}. */
export type DeadlineEntry = QueueEntry<Timed>

/**
 * Request timeouts of one length, which pass in the order in which they were added, on one timer.
 *
 * A timer for each request would cost more than most requests' own work.
 */
export class DeadlineQueue {
  readonly #length: number
  readonly #queue = new LinkedQueue<Timed>()
  #timer: NodeJS.Timeout | undefined

  /** @param length - milliseconds */
  constructor(length: number) {
    this.#length = length
  }

  /** @param since - milliseconds of the monotonic clock; no less than that of the one before */
  add(deadline: Deadline, since: number): DeadlineEntry {
    // A running timer finds the next deadline by itself: it is not restarted for each.
    if (this.#timer === undefined) this.#timer = this.#startTimer(this.#length)
    return this.#queue.add({ at: since + this.#length, deadline })
  }

  remove(entry: DeadlineEntry): void {
    this.#queue.remove(entry)
  }

  #startTimer(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#pass(), milliseconds).unref()
  }

  #pass(): void {
    const now = performance.now()
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      const { at, deadline } = next.value
      if (at > now) break
      this.#queue.remove(next)
      deadline.onDeadline()
    }
    const { first } = this.#queue
    this.#timer = first && this.#startTimer(Math.max(1, first.value.at - now))
  }
}

/** The request timeouts of an app: one {@link DeadlineQueue} for each length. */
export class DeadlineQueues {
  readonly #queues = new Map<number, DeadlineQueue>()

  /** @param length - milliseconds */
  of(length: number): DeadlineQueue {
    const known = this.#queues.get(length)
    if (known !== undefined) return known
    const created = new DeadlineQueue(length)
    this.#queues.set(length, created)
    return created
  }
}
