/** The kinds of work that are recorded. */
export type RecordedKind = 'request' | 'socket' | 'job'

/** A part of a request: a dependency, a statement, the encoding of the result. */
export interface RecordedSpan {
  name: string
  readonly kind: 'authenticate' | 'dependency' | 'sql' | 'encode' | 'send' | 'client' | 'other'
  /** Milliseconds since the request began. */
  readonly start: number
  /** Milliseconds since the request began; `null` while it runs. */
  end: number | null
  /** The index of the span around it; -1 directly below the request. */
  readonly parent: number
  /** The statement, without values. */
  readonly text?: string
  /** The text is longer than what is kept of it. */
  readonly isCut?: true
  /** The place in the service that sends it: `src/tasks.ts:12`. */
  readonly place?: string
  /** The rows that came back. */
  rows?: number
  /** Milliseconds that it waited for a connection, counted from its start. */
  wait?: number
  /** An error type, such as a SQLSTATE. */
  error?: string
}

/** A log line of a request, as it was written. Secrets are redacted already. */
export interface RecordedLine {
  readonly level: string
  /** Milliseconds since the request began. */
  readonly at: number
  readonly message: string
  /** The other facts of the line. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** A place in a stack. */
export interface RecordedFrame {
  /** Relative to the service's folder. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function; empty if it has no name. */
  readonly name: string
  /** Lines around it, from `from` on, as they were when it happened. */
  readonly excerpt?: { readonly from: number; readonly lines: readonly string[] }
}

/** The error that a request ended with. */
export interface RecordedError {
  /** The code of the problem document, such as `PLINTH_INTERNAL`, or else the status. */
  readonly code: string
  readonly title: string
  readonly detail?: string
  /** The error that was thrown, with its causes. Only of a 5xx. */
  readonly thrown?: readonly RecordedThrown[]
}

/** A thrown error, or one of its causes. */
export interface RecordedThrown {
  readonly name: string
  readonly message: string
  readonly code?: string
  /** The stack as it was printed. */
  readonly stack: string
  /** The places in the service's own files. */
  readonly frames: readonly RecordedFrame[]
}

/** A request in the list. */
export interface RequestSummary {
  readonly id: number
  readonly kind: RecordedKind
  /** Milliseconds since 1970. */
  readonly at: number
  readonly method: string
  /** Path and query; secrets are redacted. */
  readonly target: string
  /** The route's path pattern; `null` if none matched. */
  readonly route: string | null
  /** 0 for work without one. */
  readonly status: number
  readonly ms: number
  readonly statements: number
  /** The most times that it sent the same statement. */
  readonly repeated: number
  /** The code of the error it ended with. */
  readonly error?: string
}

/** A request with everything that is known of it. */
export interface RecordedRequest extends Omit<RequestSummary, 'statements' | 'repeated' | 'error'> {
  readonly requestId: string
  /** The id of the caller, if a credential led to one. */
  readonly caller?: string
  readonly spans: readonly RecordedSpan[]
  readonly lines: readonly RecordedLine[]
  readonly error?: RecordedError
  /** Spans and lines that were left out, because there were too many. */
  readonly dropped: number
  /** The request can be sent again: its headers and its body are still in memory. */
  readonly canReplay: boolean
  /** Statements that it sent five times or more. */
  readonly repetitions: readonly Repetition[]
}

/** A statement that one request sent several times: N+1. */
export interface Repetition {
  readonly text: string
  readonly times: number
  readonly ms: number
  readonly place?: string
}
