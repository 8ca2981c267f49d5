import { AsyncLocalStorage } from 'node:async_hooks'
import { Recording, type RecordingStart } from './recording.ts'
import { SharedTexts } from './shared-texts.ts'
import { SentRequests } from './sent-requests.ts'

/** The bounds of a recorder's memory. */
export interface RecorderLimits {
  readonly requests: number
  readonly bytes: number
}

/** The recording that the current code belongs to, and the span around it. */
export interface Recorded {
  readonly recording: Recording
  /** The index of the span around the current code; -1 for none. */
  readonly parent: number
}

/** The last requests, socket messages and jobs: a ring buffer, bounded by number and by bytes. */
export class Recorder {
  readonly texts = new SharedTexts()
  readonly sent = new SentRequests()
  readonly #limits: RecorderLimits
  /** By id, in the order in which they ended. */
  readonly #kept = new Map<number, Recording>()
  readonly #context = new AsyncLocalStorage<Recorded>()
  readonly #listeners = new Set<(recording: Recording) => void>()
  #next = 1
  #ended = 0
  #bytes = 0

  constructor(limits: RecorderLimits = { requests: 1000, bytes: 32 * 1024 * 1024 }) {
    this.#limits = limits
  }

  /** The estimated size of what is kept. */
  get bytes(): number {
    return this.#bytes + this.texts.bytes
  }

  begin(start: RecordingStart): Recording {
    return new Recording(this.#next++, start)
  }

  /** Runs code as a part of a recording, below a span of it. */
  run<T>(recorded: Recorded, work: () => T): T {
    return this.#context.run(recorded, work)
  }

  current(): Recorded | undefined {
    return this.#context.getStore()
  }

  /** Keeps a recording, and drops the oldest ones where the limits ask for it. */
  end(recording: Recording): void {
    recording.ms = recording.elapsed()
    recording.order = ++this.#ended
    this.#kept.set(recording.id, recording)
    this.#bytes += recording.bytes
    for (const listener of this.#listeners) listener(recording)
    this.#evict()
  }

  /** Counts what was added to a recording after its end: by work after the response. */
  grow(recording: Recording, add: () => void): void {
    const before = recording.bytes
    add()
    if (this.#kept.has(recording.id)) {
      this.#bytes += recording.bytes - before
      this.#evict()
    }
  }

  #evict(): void {
    for (const [id, oldest] of this.#kept) {
      if (this.#kept.size <= this.#limits.requests && this.#bytes <= this.#limits.bytes) return
      if (this.#kept.size === 1) return
      this.#kept.delete(id)
      this.#bytes -= oldest.bytes
    }
  }

  get(id: number): Recording | undefined {
    return this.#kept.get(id)
  }

  /** Everything that is kept, in the order in which it ended. */
  all(): IterableIterator<Recording> {
    return this.#kept.values()
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
    this.sent.clear()
  }

  /** Calls a function with each recording that ends. Returns a function that stops it. */
  onEnd(listener: (recording: Recording) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
