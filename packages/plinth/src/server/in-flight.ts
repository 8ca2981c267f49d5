import type { ServerResponse } from 'node:http'
import { LinkedQueue, type QueueEntry } from '../collections/linked-queue.ts'

/** The property of a response that holds its entry in {@link InFlight}. */
export const place: unique symbol = Symbol('plinth.place')

interface Queued<Response> {
  [place]?: QueueEntry<Response> | undefined
}

/** The responses that are not sent yet, in the order of their requests. Adding and removing takes constant time. */
export class InFlight<
  Response extends ServerResponse = ServerResponse,
> implements Iterable<Response> {
  readonly #queue = new LinkedQueue<Response>()

  get size(): number {
    return this.#queue.size
  }

  add(outgoing: Response): void {
    ;(outgoing as Queued<Response>)[place] = this.#queue.add(outgoing)
  }

  delete(outgoing: Response): void {
    const queued = outgoing as Queued<Response>
    const entry = queued[place]
    if (entry === undefined) return
    queued[place] = undefined
    this.#queue.remove(entry)
  }

  [Symbol.iterator](): Iterator<Response> {
    return this.#queue[Symbol.iterator]()
  }
}
