/** What keeps a process alive as long as it runs, in Node. */
interface Timer {
  unref?(): void
}

const firstPause = 250
const longestPause = 1000
// No timer runs where the platform ends those with the request: then the next caller tries.
const patience = 5000
// A try may hang as long as the server does. Others follow meanwhile, but not without end.
const mostTries = 5

/**
 * Whether the server is away. It begins when a connection could not be had in all the time there was for it; then
 * nobody waits, until a try in the background gets through.
 */
export class CircuitBreaker {
  readonly #try: () => Promise<unknown>
  readonly #listeners = new Set<(error: unknown) => void>()
  #error: unknown
  #timer: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  #tried = 0

  /** @param attempt - connects, and hangs up again */
  constructor(attempt: () => Promise<unknown>) {
    this.#try = attempt
  }

  /** Why no connection can be had; undefined as long as one may be. */
  get error(): unknown {
    if (this.#error !== undefined && Date.now() - this.#tried > patience) this.end()
    return this.#error
  }

  begin(error: unknown): void {
    if (this.#error !== undefined) return
    this.#error = error ?? new Error('No connection')
    this.#tried = Date.now()
    this.#next(firstPause)
    for (const listener of this.#listeners) listener(this.#error)
  }

  end(): void {
    this.#error = undefined
    clearTimeout(this.#timer)
  }

  /** Is told when it begins. @returns what takes that back */
  onBegin(listener: (error: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #next(pause: number): void {
    const timer = setTimeout(() => {
      this.#tried = Date.now()
      if (this.#tries < mostTries) void this.#attempt()
      this.#next(Math.min(pause * 2, longestPause))
    }, pause)
    // Nothing to wait for, where nothing else is left to do.
    ;(timer as Timer).unref?.()
    this.#timer = timer
  }

  async #attempt(): Promise<void> {
    this.#tries += 1
    try {
      await this.#try()
      this.end()
    } catch {
      // The next one may get through.
    } finally {
      this.#tries -= 1
    }
  }
}
