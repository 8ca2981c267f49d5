import { framesOf } from './stack-frames.ts'

/** The frames that are looked at: between a statement and the service's code there are Drizzle's. */
const depth = 40

/**
 * The place in the service that the current code was called from: `src/tasks.ts:12`.
 *
 * A query that is awaited runs in a turn of its own, whose stack has no frame of the service: then it is `undefined`.
 */
export function callerPlace(root: string): string | undefined {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = depth
  const { stack = '' } = new Error('the place of a statement')
  Error.stackTraceLimit = before
  // Most stacks have none, and reading one line by line costs more than this.
  if (!stack.includes(root)) return undefined
  const [first] = framesOf(stack, root, 0)
  return first && `${first.file}:${first.line}`
}
