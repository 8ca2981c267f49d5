/** The part of the request that a value came from. */
export type InputSource = 'path' | 'query' | 'header' | 'cookie' | 'body'

/** One problem of a request. */
export interface InputIssue {
  /** Which part of the request. */
  readonly in: InputSource
  /** The path to the value inside that part, such as `['tags', 0, 'name']`. */
  readonly path: readonly (string | number)[]
  /** For a person. */
  readonly message: string
  /** For a program: Zod's issue code (`too_small`, `invalid_type`, …) or one of ours. */
  readonly code: string
}
