const firstDelay = 250
const maxDelay = 10_000

/** Milliseconds of a `Retry-After` header, which is a number of seconds or a date. */
export function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/**
 * The delay before the next retry, in milliseconds; undefined means do not retry.
 *
 * It is `Retry-After` if the server sent it, or else exponential backoff with full jitter (a random part of 250, 500,
 * 1000 … 10 000). If the server asks for more than 10 s, there is no retry: waiting that long is a person's decision.
 *
 * @param failures - the number of failed attempts, from 1
 * @param random - returns a number from 0 to 1
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryBackoff(
  failures: number,
  retryAfter: string | null,
  random: () => number = Math.random,
): number | undefined {
  const requested = retryAfterOf(retryAfter)
  if (requested === undefined)
    return random() * Math.min(maxDelay, firstDelay * 2 ** (failures - 1))
  return requested > maxDelay ? undefined : requested
}
