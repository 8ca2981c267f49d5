import { LinkedQueue } from '../../collections/linked-queue.ts'

/** A semaphore: limits how many uploads are received at the same time. The others wait, first come, first served. */
export class UploadSlots {
  #free: number
  readonly #waiting = new LinkedQueue<() => void>()

  /** @param most - 0 for no limit */
  constructor(most: number) {
    this.#free = most === 0 ? Infinity : most
  }

  /**
   * Waits for a slot. Call {@link release} after the upload.
   *
   * @throws the reason of the signal, if it aborts in the meantime
   */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.remove(entry)
        // the reason is an error, or whatever the caller aborted with
        reject(signal.reason as Error)
      }
      const entry = this.#waiting.add(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Gives the slot to the next upload that waits. */
  release(): void {
    const next = this.#waiting.first
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.remove(next)
    next.value()
  }
}
