import type { ServerResponse } from 'node:http'
import { LinkedQueue, type QueueEntry } from '../collections/linked-queue.ts'

/** Where an answer stands among those that are not sent yet. */
export const place: unique symbol = Symbol('plinth.place')

interface Placed {
  [place]?: QueueEntry<ServerResponse> | undefined
}

/** The answers that are not sent yet, in the order of their requests. */
export class InFlight implements Iterable<ServerResponse> {
  readonly #line = new LinkedQueue<ServerResponse>()

  get size(): number {
    return this.#line.size
  }

  add(outgoing: ServerResponse): void {
    ;(outgoing as Placed)[place] = this.#line.add(outgoing)
  }

  delete(outgoing: ServerResponse): void {
    const left = (outgoing as Placed)[place]
    if (left === undefined) return
    ;(outgoing as Placed)[place] = undefined
    this.#line.remove(left)
  }

  [Symbol.iterator](): Iterator<ServerResponse> {
    return this.#line[Symbol.iterator]()
  }
}
