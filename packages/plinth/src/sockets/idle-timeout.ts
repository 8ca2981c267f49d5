import type { Deadline, DeadlineEntry, DeadlineQueue } from '../http/deadline.ts'

/** The idle timeout of a socket: passes when no message has come for some time. */
export class IdleTimeout implements Deadline {
  readonly #queue: DeadlineQueue
  readonly #pass: () => void
  #entry: DeadlineEntry | undefined

  constructor(queue: DeadlineQueue, pass: () => void) {
    this.#queue = queue
    this.#pass = pass
    this.restart()
  }

  restart(): void {
    this.stop()
    this.#entry = this.#queue.add(this, performance.now())
  }

  stop(): void {
    if (this.#entry !== undefined) this.#queue.remove(this.#entry)
    this.#entry = undefined
  }

  onDeadline(): void {
    this.#entry = undefined
    this.#pass()
  }
}
