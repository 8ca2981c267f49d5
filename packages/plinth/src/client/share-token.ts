/** What gives a token; told the one that was refused, another. */
export type TokenSource = (refused?: string) => string | undefined | Promise<string | undefined>

/** A source that calls share which ask for the same at once: a page's first ten calls fetch one token, and not ten. */
export function shareToken(source: TokenSource): TokenSource {
  const asked = new Map<string | undefined, Promise<string | undefined>>()
  return (refused) => {
    const known = asked.get(refused)
    if (known !== undefined) return known
    const answer = (async () => (refused === undefined ? source() : source(refused)))()
    const forget = (): unknown => asked.delete(refused)
    asked.set(refused, answer)
    answer.then(forget, forget)
    return answer
  }
}
