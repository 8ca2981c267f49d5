/** Where in the request a value stood. */
export type InputSource = 'path' | 'query' | 'header' | 'cookie' | 'body'

/** One thing that is wrong with a request. */
export interface InputIssue {
  /** Which part of the request. */
  readonly in: InputSource
  /** The way to the value inside that part, as `['tags', 0, 'name']`. */
  readonly path: readonly (string | number)[]
  /** For a person. */
  readonly message: string
  /** For a program: Zod's issue code (`too_small`, `invalid_type`, …) or one of ours. */
  readonly code: string
}
