import type { RecordedError, RecordedKind } from '../recorder/recorded.types.ts'

/** Errors with one code, of one route. */
export interface ErrorGroup {
  readonly key: string
  readonly kind: RecordedKind
  readonly code: string
  readonly method: string
  readonly route: string | null
  readonly status: number
  readonly count: number
  /** Milliseconds since 1970. */
  readonly first: number
  readonly last: number
  /** The newest one. */
  readonly error: RecordedError
  /** The newest requests that ended with it, newest first. */
  readonly requests: readonly number[]
}
