import { randomBytes } from 'node:crypto'

/** Decides whether a trace is sampled before anything else of its first span is made. */
export interface HeadSampling {
  /** `true` if the SDK's sampler takes a trace with this id that no caller has begun. */
  samples(traceId: string): boolean
  /** The SDK's generator of ids, which gives the next trace the id that was decided about. */
  readonly ids: TraceIds
}

let sampling: HeadSampling | undefined

/** The decision about new traces; `undefined` if only the SDK can make it. */
export const headSampling = (): HeadSampling | undefined => sampling

/** Set by whoever sets up an SDK whose sampler decides by the trace id alone. */
export function setHeadSampling(next: HeadSampling | undefined): void {
  sampling = next
}

const poolBytes = 4096
const traceDigits = 32
const spanDigits = 16
const zeros = '0'.repeat(spanDigits)

/** Random ids in hexadecimal digits, cut from one long text: making each alone would cost several times as much. */
export class TraceIds {
  #pool = ''
  #at = 0
  #next: string | undefined

  generateTraceId(): string {
    const id = this.#next ?? this.#take(traceDigits)
    this.#next = undefined
    return id
  }
  generateSpanId(): string {
    return this.#take(spanDigits)
  }
  /** Gives an id to the trace that is begun next. */
  assign(traceId: string): void {
    this.#next = traceId
  }

  #take(digits: number): string {
    if (this.#at + digits > this.#pool.length) {
      this.#pool = randomBytes(poolBytes).toString('hex')
      this.#at = 0
    }
    const id = this.#pool.slice(this.#at, (this.#at += digits))
    // An id of zeros is invalid.
    return id.startsWith(zeros) ? this.#take(digits) : id
  }
}
