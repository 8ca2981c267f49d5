/** An entry of a {@link LinkedQueue}. */
export interface QueueEntry<T> {
  readonly value: T
  before: QueueEntry<T> | undefined
  after: QueueEntry<T> | undefined
}

/**
 * A FIFO queue with O(1) removal from anywhere (a doubly linked list).
 *
 * A `Set` would do, but creates garbage: V8 copies a set that is added to and removed from all the time, and keeps each
 * copy of an old one, with everything in it, until the next full collection.
 */
export class LinkedQueue<T> implements Iterable<T> {
  size = 0
  first: QueueEntry<T> | undefined
  #last: QueueEntry<T> | undefined

  add(value: T): QueueEntry<T> {
    const added: QueueEntry<T> = { value, before: this.#last, after: undefined }
    if (this.#last === undefined) this.first = added
    else this.#last.after = added
    this.#last = added
    this.size++
    return added
  }

  /** @param entry - an entry of this queue that was not removed yet */
  remove(entry: QueueEntry<T>): void {
    if (entry.before === undefined) this.first = entry.after
    else entry.before.after = entry.after
    if (entry.after === undefined) this.#last = entry.before
    else entry.after.before = entry.before
    // A removed entry that lives on would otherwise keep all later entries alive.
    entry.before = undefined
    entry.after = undefined
    this.size--
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.first; at !== undefined; at = at.after) yield at.value
  }
}
