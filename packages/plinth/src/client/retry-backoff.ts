const first = 250
const longest = 10_000

/** Milliseconds of a `Retry-After`, which is seconds or a date. */
function asked(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/**
 * How long to wait before the next try, in milliseconds: what the server asked for, else a random part of a time that
 * doubles (250, 500, 1000 … 10 000). `undefined`: it asks for more than 10 s, which is for a person to decide.
 *
 * @param failed - how many tries have failed, from 1
 * @param random - from 0 to 1
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryBackoff(
  failed: number,
  retryAfter: string | null,
  random: () => number = Math.random,
): number | undefined {
  const wanted = asked(retryAfter)
  if (wanted === undefined) return random() * Math.min(longest, first * 2 ** (failed - 1))
  return wanted > longest ? undefined : wanted
}
