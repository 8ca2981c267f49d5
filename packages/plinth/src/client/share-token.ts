/** A function that returns a token. With a refused token as argument, it should return a new one. */
export type TokenSource = (refused?: string) => string | undefined | Promise<string | undefined>

/** Deduplicates concurrent calls of a token source: a page's first ten calls fetch one token instead of ten. */
export function shareToken(source: TokenSource): TokenSource {
  const pending = new Map<string | undefined, Promise<string | undefined>>()
  return (refused) => {
    const known = pending.get(refused)
    if (known !== undefined) return known
    const token = (async () => (refused === undefined ? source() : source(refused)))()
    const forget = (): unknown => pending.delete(refused)
    pending.set(refused, token)
    token.then(forget, forget)
    return token
  }
}
