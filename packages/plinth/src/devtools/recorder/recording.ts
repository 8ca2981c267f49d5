import type {
  RecordedError,
  RecordedKind,
  RecordedLine,
  RecordedRequest,
  RecordedSpan,
  RecordedThrown,
  Repetition,
  RequestSummary,
} from './recorded.types.ts'

/** The most spans and log lines of one request; more are counted. */
const most = { spans: 300, lines: 200 } as const

/** The times that a statement is sent within one request until it counts as N+1. */
export const repeatedFrom = 5

/** The facts of a recording that are known when it begins. */
export interface RecordingStart {
  readonly kind: RecordedKind
  readonly method: string
  readonly target: string
}

/** One request, socket message or job, while it runs and afterwards. */
export class Recording {
  readonly id: number
  readonly kind: RecordedKind
  readonly at = Date.now()
  readonly method: string
  readonly target: string
  requestId = ''
  route: string | null = null
  status = 0
  /** Its place in the order in which recordings ended; 0 while it runs. */
  order = 0
  ms = 0
  /** The id of the caller, if a credential led to one. */
  caller: string | undefined
  error: RecordedError | undefined
  /** The errors of the last log line with one. */
  thrown: readonly RecordedThrown[] | undefined
  readonly spans: RecordedSpan[] = []
  readonly lines: RecordedLine[] = []
  dropped = 0
  /** Its estimated size in memory. */
  bytes: number
  readonly #began = performance.now()

  constructor(id: number, { kind, method, target }: RecordingStart) {
    this.id = id
    this.kind = kind
    this.method = method
    this.target = target
    this.bytes = 400 + target.length * 2
  }

  /** Milliseconds since it began, in steps of a microsecond. */
  elapsed(): number {
    return Math.round((performance.now() - this.#began) * 1000) / 1000
  }

  /** True if no span is added anymore. */
  get isFull(): boolean {
    return this.spans.length >= most.spans
  }

  /**
   * Adds a span.
   *
   * @param textBytes - the bytes of its statement, if no other recording has counted them
   * @returns its index; -1 if there are too many
   */
  addSpan(span: RecordedSpan, textBytes = 0): number {
    if (this.isFull) {
      this.dropped++
      return -1
    }
    this.bytes += 200 + textBytes + span.name.length * 2 + (span.place?.length ?? 0)
    return this.spans.push(span) - 1
  }

  /** Adds a log line of that many characters. */
  addLine(line: RecordedLine, length: number): void {
    if (this.lines.length >= most.lines) {
      this.dropped++
      return
    }
    this.bytes += 200 + length * 2
    this.lines.push(line)
  }

  setError(error: RecordedError): void {
    this.error = error
    for (const { stack, frames } of error.thrown ?? [])
      this.bytes += stack.length * 2 + frames.length * 1200
  }

  summary(): RequestSummary {
    const { id, kind, at, method, target, route, status, ms, error } = this
    const texts = new Map<string, number>()
    let statements = 0
    for (const { kind, text } of this.spans) {
      if (kind !== 'sql' || text === undefined) continue
      statements++
      texts.set(text, (texts.get(text) ?? 0) + 1)
    }
    const repeated = Math.max(0, ...texts.values())
    const base = { id, kind, at, method, target, route, status, ms, statements, repeated }
    return error === undefined ? base : { ...base, error: error.code }
  }

  detail(canReplay: boolean): RecordedRequest {
    const { error, caller } = this
    return {
      id: this.id,
      kind: this.kind,
      at: this.at,
      method: this.method,
      target: this.target,
      route: this.route,
      status: this.status,
      ms: this.ms,
      requestId: this.requestId,
      spans: this.spans,
      lines: this.lines,
      dropped: this.dropped,
      ...(error !== undefined && { error }),
      ...(caller !== undefined && { caller }),
      canReplay,
      repetitions: repetitions(this.spans),
    }
  }
}

/** Finds statements that were sent {@link repeatedFrom} times or more: N+1. */
export function repetitions(spans: readonly RecordedSpan[]): Repetition[] {
  const statements = spans.filter(({ kind, text }) => kind === 'sql' && text !== undefined)
  return [...Map.groupBy(statements, ({ text }) => text as string)]
    .filter(([, { length }]) => length >= repeatedFrom)
    .map(([text, same]) => {
      const place = same.find(({ place }) => place !== undefined)?.place
      const ms = same.reduce((sum, { start, end }) => sum + ((end ?? start) - start), 0)
      return { text, times: same.length, ms, ...(place !== undefined && { place }) }
    })
}
