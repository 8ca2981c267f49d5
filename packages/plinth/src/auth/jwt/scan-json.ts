/** Properties of a JSON text that `JSON.parse` does not report. */
export interface JsonScan {
  /** The nesting depth of objects and arrays: 1 for `{}`. */
  readonly depth: number
  /** The first duplicate name in the top-level object, as written. */
  readonly repeated: string | undefined
}

const token = /"(?:[^"\\]|\\.)*"|[[\]{}:]/g

/** Scans the valid JSON text of an object for its depth and for duplicate names. */
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
