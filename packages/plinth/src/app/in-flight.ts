import type { ServerResponse } from 'node:http'

/** Where an answer stands among those that are not sent yet. */
export const place: unique symbol = Symbol('plinth.place')

interface Place {
  readonly outgoing: ServerResponse
  before: Place | undefined
  after: Place | undefined
}

interface Placed {
  [place]?: Place | undefined
}

/**
 * The answers that are not sent yet, in the order of their requests.
 *
 * No `Set`, for the garbage's sake: a set that is added to and taken from all the time is copied again and again, and
 * each old copy keeps what stood in it until the whole memory is looked through.
 */
export class InFlight implements Iterable<ServerResponse> {
  #size = 0
  #first: Place | undefined
  #last: Place | undefined

  get size(): number {
    return this.#size
  }

  add(outgoing: ServerResponse): void {
    const added: Place = { outgoing, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = added
    else this.#last.after = added
    this.#last = added
    this.#size++
    ;(outgoing as Placed)[place] = added
  }

  delete(outgoing: ServerResponse): void {
    const left = (outgoing as Placed)[place]
    if (left === undefined) return
    ;(outgoing as Placed)[place] = undefined
    this.#size--
    if (left.before === undefined) this.#first = left.after
    else left.before.after = left.after
    if (left.after === undefined) this.#last = left.before
    else left.after.before = left.before
    // One that has grown old would keep all that came after it.
    left.before = undefined
    left.after = undefined
  }

  *[Symbol.iterator](): Generator<ServerResponse> {
    for (let at = this.#first; at !== undefined; at = at.after) yield at.outgoing
  }
}
