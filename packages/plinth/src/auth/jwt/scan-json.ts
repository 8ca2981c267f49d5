/** What `JSON.parse` does not tell of a text. */
export interface JsonScan {
  /** How deep objects and lists are nested: 1 for `{}`. */
  readonly depth: number
  /** The first name that the outermost object has twice, as it is written. */
  readonly repeated: string | undefined
}

const token = /"(?:[^"\\]|\\.)*"|[[\]{}:]/g

/** Scans a valid JSON text of an object for its depth and for a name that stands in it twice. */
export function scanJson(text: string): JsonScan {
  const names = new Set<string>()
  let repeated: string | undefined
  let depth = 0
  let deepest = 0
  let last = ''
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') deepest = Math.max(deepest, (depth += 1))
    else if (found === '}' || found === ']') depth -= 1
    else if (found === ':' && depth === 1) {
      const name = JSON.parse(last) as string
      if (names.has(name)) repeated ??= last
      names.add(name)
    }
    last = found
  }
  return { depth: deepest, repeated }
}
