import { ClientError } from 'plinth/client'

/** Sentences by the name of their field. */
export type FieldErrors = Readonly<Record<string, string>>

/** An error to show: messages by field, and one sentence for the rest. */
export interface Shown {
  readonly fields: FieldErrors
  readonly sentence: string | undefined
}

const plain: Readonly<Record<string, string>> = {
  too_small: 'This cannot be empty',
  too_big: 'This is too long',
  invalid_type: 'This field is required',
  unique: 'This name is already in use',
}

/**
 * Sorts a problem document's `errors` by the field that each one names.
 *
 * @param known - the shown fields; problems of other fields go into the sentence
 */
export function shownOf(error: unknown, known: readonly string[]): Shown {
  if (!(error instanceof ClientError)) return { fields: {}, sentence: sentenceOf(error) }
  const fields: Record<string, string> = {}
  const others: string[] = []
  for (const { path, message, code } of error.problem.errors ?? []) {
    const name = String(path[0] ?? '')
    const text = plain[code] ?? message
    if (known.includes(name)) fields[name] ??= text
    else others.push(name === '' ? text : `${name}: ${text}`)
  }
  if (others.length > 0) return { fields, sentence: others.join('. ') }
  return { fields, sentence: Object.keys(fields).length > 0 ? undefined : sentenceOf(error) }
}

const byStatus: Readonly<Record<number, string>> = {
  401: 'You are signed out. Sign in again to continue.',
  404: 'This item no longer exists.',
  409: 'This name is already in use.',
  429: 'Too many requests. Wait a moment, and try again.',
}

/** Describes an error in one sentence for the user. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ClientError)) return 'Something went wrong here. Reload the page.'
  if (isUnreachable(error)) return 'The tasks service is not responding. Nothing was changed.'
  const { status, requestId } = error
  return (
    byStatus[status] ??
    `Something went wrong there (${status}${requestId ? `, request ${requestId}` : ''}). Nothing was changed.`
  )
}

/** Returns true if there was no response, or only one that says that the service is unavailable. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof ClientError && [0, 502, 503, 504].includes(error.status)
