import type { ChangeWatcher, ChannelSubscription } from '../channels/subscription.ts'
import { HttpError } from '../errors/http-error.ts'

/** A result, and the text that identifies it: equal results have equal ids. */
export interface Identified<T> {
  readonly id: string
  readonly value: T
}

/** The parts of a {@link ChangeLoop}. */
export interface ChangeLoopOptions<T> {
  readonly changes: readonly ChannelSubscription<unknown>[]
  /** Gives the current result. Its pace is its own. */
  readonly take: () => Promise<Identified<T>>
  /** The id of the result that the reader has already. */
  readonly lastId: string | undefined
  /** Called once, when the loop ends. */
  readonly onEnd: () => void
}

/** Milliseconds until a result is asked for again, while the database is away. */
const retryAfter = 1000

/** Takes a result at first and after each change, and yields those that differ from the one before. */
export class ChangeLoop<T> implements AsyncIterator<T, undefined>, ChangeWatcher {
  readonly #options: ChangeLoopOptions<T>
  #lastId: string | undefined
  #hasTaken = false
  #hasChanged = true
  #isOver = false
  #hasBegun = false
  #failure: { readonly error: unknown } | undefined
  /** Ends what `next()` waits for. */
  #interrupt: () => void = () => {}
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: ChangeLoopOptions<T>) {
    this.#options = options
    this.#lastId = options.lastId
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = this.#tail.then(() => this.#next())
    this.#tail = next.catch(() => {})
    return next
  }

  /** Ends the loop, and a `next()` that waits. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#end()
    return Promise.resolve({ done: true, value: undefined })
  }

  changed(): void {
    this.#hasChanged = true
    if (this.#isIdle) this.#interrupt()
  }

  ended(error?: unknown): void {
    if (error !== undefined) this.#failure ??= { error }
    this.#end()
  }

  /** True while `next()` waits for a change. */
  #isIdle = false

  async #next(): Promise<IteratorResult<T, undefined>> {
    try {
      // Subscribed first and taken second, so that a change in between is heard.
      if (!this.#hasBegun) await this.#until(this.#begin())
      for (;;) {
        const taken = await this.#nextTaken()
        if (taken === undefined) break
        if (taken.id === this.#lastId) continue
        this.#lastId = taken.id
        return { done: false, value: taken.value }
      }
    } catch (error) {
      this.#end()
      this.#failure = undefined
      throw error
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
    return { done: true, value: undefined }
  }

  async #begin(): Promise<void> {
    this.#hasBegun = true
    const { changes } = this.#options
    for (const one of changes) one.watch(this)
    await Promise.all(changes.map(({ ready }) => ready))
  }

  /** Waits for a change, and takes the result after it. Undefined at the end. */
  async #nextTaken(): Promise<Identified<T> | undefined> {
    while (!this.#isOver) {
      if (this.#hasChanged) {
        this.#hasChanged = false
        const taken = await this.#until(this.#take())
        if (taken !== undefined) return taken
      } else {
        this.#isIdle = true
        await this.#until(new Promise<never>(() => {}))
        this.#isIdle = false
      }
    }
    return undefined
  }

  async #take(): Promise<Identified<T> | undefined> {
    try {
      const taken = await this.#options.take()
      this.#hasTaken = true
      return taken
    } catch (error) {
      const isAway = error instanceof HttpError && error.status === 503
      if (!isAway || !this.#hasTaken) throw error
      await new Promise((resolve) => setTimeout(resolve, retryAfter))
      this.#hasChanged = true
      return undefined
    }
  }

  /** Waits for a promise, until it is interrupted. */
  #until<V>(promise: Promise<V>): Promise<V | undefined> {
    if (this.#isOver) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#interrupt = () => resolve(undefined)
      promise.then(resolve, reject)
    })
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#interrupt()
    for (const one of this.#options.changes) void one.return()
    this.#options.onEnd()
  }
}
