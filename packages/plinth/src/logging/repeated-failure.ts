import { HttpError } from '../errors/http-error.ts'

const told = new WeakSet<HttpError>()

/** Whether the log has the reason for this error already, from a request before. */
export const isTold = (error: HttpError): boolean => told.has(error)

function reasonOf(error: HttpError): string {
  const reasons: string[] = [error.code]
  for (let each = error.cause; each instanceof Error; each = each.cause) reasons.push(each.message)
  return reasons.join('\n')
}

/** What fails for every request until somebody mends it: the log has the reason once, and again when it changes. */
export class RepeatedFailure {
  #reason: string | undefined

  /** The error to throw: this one where its reason is new, else one like it that {@link isTold}. */
  errorFor(error: HttpError): HttpError {
    const reason = reasonOf(error)
    if (reason !== this.#reason) {
      this.#reason = reason
      return error
    }
    const { status, message, code, headers, cause } = error
    // Requests that wait for the same thing share its error, and the first of them may not have written it yet.
    const again = new HttpError(status, message, { code, ...(headers && { headers }), cause })
    told.add(again)
    return again
  }

  /** It works again: the next failure is news. */
  over(): void {
    this.#reason = undefined
  }
}
