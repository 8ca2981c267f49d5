import type * as z from 'zod'

/** The first problem of a message, as the reason of its close frame: `text: Invalid input: expected string`. */
export function invalidMessage([issue]: readonly z.core.$ZodIssue[]): string {
  if (issue === undefined) return 'The message is invalid'
  const path = issue.path.map(String).join('.')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}

/** The reason of a close frame for a message that is not JSON. */
export const malformedMessage = (error: unknown): string =>
  (error as Error).message.replace(/^The body/, 'The message')
