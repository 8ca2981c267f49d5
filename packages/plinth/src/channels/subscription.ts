import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { gap, missedMessages } from './channel-gap.ts'

/** Options of {@link Channel.subscribe}. */
export interface SubscribeOptions<G extends boolean = false> {
  /** Ends the subscription. An async generator of your own needs it, because it does not end while it waits. */
  readonly signal?: AbortSignal
  /** The messages that are kept for a slow reader. Default 1000. With more, the reader has missed messages. */
  readonly buffer?: number
  /** With `true`, `gap` is yielded where messages may be missing. By default, the iteration fails there. */
  readonly gaps?: G
}

const subscribeOptions: OptionNames<SubscribeOptions> = { signal: true, buffer: true, gaps: true }

/** The messages of one key of a channel, from the time on when it is `ready` or first read. */
export interface Subscription<T>
  extends AsyncIterableIterator<T, undefined, unknown>, AsyncDisposable {
  /**
   * Resolves once every message that is published later will arrive.
   *
   * Await it, then read the state that the messages change, then iterate.
   */
  readonly ready: Promise<void>
  /** Ends the subscription at once, and a `next()` that waits. */
  return(): Promise<IteratorResult<T, undefined>>
}

/** The part of a subscription that receives messages. */
export interface MessageSink<T> {
  add(message: T): void
  missed(reason: string): void
  end(): void
}

/** A sink that is being connected. */
export interface ConnectedSink {
  /** Resolves once it receives messages. */
  readonly ready: Promise<void>
  /** Disconnects it. */
  readonly leave: () => void
}

/** The source of a subscription. */
export interface MessageSource<T> {
  readonly db: AnyQueryable
  readonly connect: (sink: MessageSink<T>) => ConnectedSink
  /** The call that subscribed, for messages. */
  readonly where: string
}

type Next<T> = IteratorResult<T, undefined>

const done: Next<never> = { done: true, value: undefined }

/** Wakes a list that watches subscriptions. */
export interface ChangeWatcher {
  changed(): void
  ended(error?: unknown): void
}

/** A bounded buffer of messages with one reader (backpressure: a reader that is too slow has missed messages). */
export class ChannelSubscription<T> implements Subscription<T | typeof gap>, MessageSink<T> {
  /** The database of the channel. */
  readonly db: AnyQueryable
  readonly #connect: MessageSource<T>['connect']
  readonly #most: number
  readonly #yieldsGaps: boolean
  readonly #signal: AbortSignal | undefined
  #items: (T | typeof gap)[] = []
  readonly #waiting: PromiseWithResolvers<Next<T | typeof gap>>[] = []
  #ready: Promise<void> | undefined
  #leave: (() => void) | undefined
  #watcher: ChangeWatcher | undefined
  #failure: { readonly error: unknown } | undefined
  #isOver = false

  constructor({ db, connect, where }: MessageSource<T>, options: SubscribeOptions<boolean>) {
    checkOptions(options, subscribeOptions, where)
    const { buffer = 1000, gaps = false, signal } = options
    if (!Number.isInteger(buffer) || buffer < 1)
      throw new PlinthError(
        'PLINTH_CHANNEL_INVALID',
        `${where}: buffer is ${buffer}, and must be a whole number of messages from 1 on`,
      )
    this.db = db
    this.#connect = connect
    this.#most = buffer
    this.#yieldsGaps = gaps
    this.#signal = signal
  }

  get ready(): Promise<void> {
    if (this.#ready === undefined) {
      this.#ready = this.#begin()
      // Whoever iterates gets the error from `next()`.
      this.#ready.catch(() => {})
    }
    return this.#ready
  }

  async next(): Promise<Next<T | typeof gap>> {
    await this.ready.catch(() => {})
    if (this.#items.length > 0) return { done: false, value: this.#items.shift()! }
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#failure = undefined
      throw error
    }
    if (this.#isOver) return done
    const waiting = Promise.withResolvers<Next<T | typeof gap>>()
    this.#waiting.push(waiting)
    return await waiting.promise
  }

  /** Ends the subscription, and a `next()` that waits. */
  return(): Promise<Next<never>> {
    this.#items = []
    this.end()
    return Promise.resolve(done)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** Calls a watcher at each message and each gap, instead of keeping messages for a reader. */
  watch(watcher: ChangeWatcher): void {
    this.#watcher = watcher
    if (this.#isOver) watcher.ended(this.#failure?.error)
    else if (this.#items.length > 0) watcher.changed()
    this.#items = []
  }

  add(message: T): void {
    if (this.#isOver) return
    if (this.#watcher !== undefined) return this.#watcher.changed()
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) waiting.resolve({ done: false, value: message })
    else if (this.#items.length < this.#most) this.#items.push(message)
    else this.missed(`the reader was more than ${this.#most} messages behind`)
  }

  /** Messages may have been missed. Those that wait are older than that, and worth nothing to who reads the state again. */
  missed(reason: string): void {
    if (this.#isOver) return
    if (this.#watcher !== undefined) return this.#watcher.changed()
    if (!this.#yieldsGaps) return this.#fail(missedMessages(reason))
    this.#items = []
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#items.push(gap)
    else waiting.resolve({ done: false, value: gap })
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#leave?.()
    for (const waiting of this.#waiting.splice(0)) waiting.resolve(done)
    this.#watcher?.ended()
  }

  readonly #onAbort = (): void => void this.return()

  #fail(error: unknown): void {
    if (this.#isOver) return
    const [first, ...others] = this.#waiting.splice(0)
    if (first === undefined) this.#failure = { error }
    else first.reject(error)
    this.#waiting.push(...others)
    this.#watcher?.ended(error)
    this.#watcher = undefined
    this.end()
  }

  async #begin(): Promise<void> {
    if (this.#isOver) return
    if (this.#signal?.aborted === true) return this.end()
    this.#signal?.addEventListener('abort', this.#onAbort)
    try {
      const { ready, leave } = this.#connect(this)
      this.#leave = leave
      await ready
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }
}
