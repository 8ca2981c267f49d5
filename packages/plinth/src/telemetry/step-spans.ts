import type { ChildStart } from './span.types.ts'

const none = {}

/** The span of the guards: credentials, and what declares 401 or 403. */
export const authenticating: ChildStart = {
  kind: 'internal',
  name: 'authenticate',
  attributes: () => none,
}

/** The span of validating and writing the response. */
export const encoding: ChildStart = { kind: 'internal', name: 'encode', attributes: () => none }

/** The span of a task of `after()`. */
export const afterTask: ChildStart = { kind: 'internal', name: 'after', attributes: () => none }
