import type { Recorder } from '../recorder/recorder.ts'
import type { Recording } from '../recorder/recording.ts'
import { EventStreams, sseEvent } from './event-stream.ts'

/** Milliseconds for which recordings are collected: a browser draws 10 lists a second, not 1,000. */
const batch = 100
/** The most recordings that a page gets at once when it connects. */
const mostAtOnce = 1000

/** Options of {@link LiveEvents}. */
export interface LiveEventsOptions {
  /** Names this process: a page that comes from an earlier one starts from nothing. */
  readonly instance: string
  /** Returns what a page learns when it connects. */
  readonly hello: () => Readonly<Record<string, unknown>>
}

/** Sends what is recorded to the open pages, in batches. A page that reconnects gets what it missed. */
export class LiveEvents {
  readonly #recorder: Recorder
  readonly #options: LiveEventsOptions
  readonly #streams = new EventStreams()
  #pending: Recording[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(recorder: Recorder, options: LiveEventsOptions) {
    this.#recorder = recorder
    this.#options = options
    recorder.onEnd((recording) => this.#add(recording))
  }

  /**
   * Opens a stream.
   *
   * @param since - the id of the last event that the page has; `null` for none
   */
  open(since: string | null): Response {
    const { instance, hello } = this.#options
    // A recording that waits for its batch is sent to everybody now, so that no page gets it twice.
    this.#flush()
    const [from = '', order = ''] = (since ?? '').split(':')
    const isSame = from === instance
    const last = isSame ? Number(order) : 0
    const missed = [...this.#recorder.all()].filter(({ order }) => order > last).slice(-mostAtOnce)
    return this.#streams.open([
      sseEvent('hello', { ...hello(), instance, reset: !isSame }),
      ...(missed.length > 0 ? [this.#event(missed)] : []),
    ])
  }

  send(name: string, data: unknown): void {
    this.#flush()
    this.#streams.send(sseEvent(name, data))
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#streams.end()
  }

  #add(recording: Recording): void {
    if (this.#streams.size === 0) return
    this.#pending.push(recording)
    if (this.#pending.length > mostAtOnce) this.#pending.shift()
    this.#timer ??= setTimeout(() => this.#flush(), batch).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.length === 0) return
    this.#streams.send(this.#event(this.#pending))
    this.#pending = []
  }

  /** Its id is an order of ending: requests overlap, so the last one to end need not have the highest id. */
  #event(recordings: readonly Recording[]): string {
    const last = recordings.at(-1)?.order ?? 0
    const data = recordings.map((each) => each.summary())
    return sseEvent('requests', data, `${this.#options.instance}:${last}`)
  }
}
