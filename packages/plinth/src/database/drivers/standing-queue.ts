/** Milliseconds that callers may wait. */
const target = 100
/** Milliseconds for which they have to wait for longer before a queue counts as standing. */
const interval = 500

/**
 * Tells a queue that stands from a burst, by how long its callers wait (CoDel, controlled delay).
 *
 * A burst is over soon, however many callers there are. A queue that stands only makes everybody wait for longer.
 *
 * @see https://queue.acm.org/detail.cfm?id=2209336
 */
export class StandingQueue {
  /** Since when callers have been waiting for too long; 0 if they have not. */
  #lateSince = 0

  /** Call it for each caller who leaves the queue. */
  left(entered: number, now: number): void {
    if (now - entered < target) this.#lateSince = 0
  }

  /** @param first - when the first of the queue entered it; `undefined` if it is empty */
  stands(first: number | undefined, now: number): boolean {
    if (first === undefined) this.#lateSince = 0
    else if (this.#lateSince === 0 && now - first >= target) this.#lateSince = first + target
    return this.#lateSince !== 0 && now - this.#lateSince >= interval
  }
}
