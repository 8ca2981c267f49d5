import { HttpError } from '../errors/http-error.ts'

const told = new WeakSet<HttpError>()

/** True if the log has the reason for this error already, from an earlier request. */
export const isTold = (error: HttpError): boolean => told.has(error)

function reasonOf(error: HttpError): string {
  const reasons: string[] = [error.code]
  for (let each = error.cause; each instanceof Error; each = each.cause) reasons.push(each.message)
  return reasons.join('\n')
}

/** A failure of every request until an operator fixes it. Its reason is logged once, and again when it changes. */
export class RepeatedFailure {
  #reason: string | undefined

  /** Returns the error to throw: the same one if its reason is new, else a copy that {@link isTold}. */
  errorFor(error: HttpError): HttpError {
    const reason = reasonOf(error)
    if (reason !== this.#reason) {
      this.#reason = reason
      return error
    }
    const { status, message, code, headers, cause } = error
    // Requests that wait for the same thing share an error, and the first of them may not have logged it yet.
    const again = new HttpError(status, message, { code, ...(headers && { headers }), cause })
    told.add(again)
    return again
  }

  /** Call it on success, so that the next failure is logged again. */
  over(): void {
    this.#reason = undefined
  }
}
