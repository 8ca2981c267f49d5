/** A place in a {@link Line}. */
export interface Place<T> {
  readonly value: T
  before: Place<T> | undefined
  after: Place<T> | undefined
}

/**
 * Those who wait, in the order in which they came; any of them may leave.
 *
 * No `Set`, for the garbage's sake: a set that is added to and taken from all the time is copied again and again, and
 * once it has grown old V8 keeps each old copy, with all that stood in it, until the whole memory is looked through.
 */
export class Line<T> implements Iterable<T> {
  size = 0
  first: Place<T> | undefined
  #last: Place<T> | undefined

  add(value: T): Place<T> {
    const added: Place<T> = { value, before: this.#last, after: undefined }
    if (this.#last === undefined) this.first = added
    else this.#last.after = added
    this.#last = added
    this.size++
    return added
  }

  /** @param left - a place in this line that was not removed yet */
  remove(left: Place<T>): void {
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
