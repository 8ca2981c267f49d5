/** A place in a {@link LinkedQueue}. */
export interface QueueEntry<T> {
  readonly value: T
  before: QueueEntry<T> | undefined
  after: QueueEntry<T> | undefined
}

/**
 * Those who wait, in the order in which they came; any of them may leave.
 *
 * No `Set`, for the garbage's sake: a set that is added to and taken from all the time is copied again and again, and
 * once it has grown old V8 keeps each old copy, with all that stood in it, until the whole memory is looked through.
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

  /** @param left - a place in this line that was not removed yet */
  remove(left: QueueEntry<T>): void {
    if (left.before === undefined) this.first = left.after
    else left.before.after = left.after
    if (left.after === undefined) this.#last = left.before
    else left.after.before = left.before
    // One that has grown old would keep all that came after it.
    left.before = undefined
    left.after = undefined
    this.size--
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.first; at !== undefined; at = at.after) yield at.value
  }
}
