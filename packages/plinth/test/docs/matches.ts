/**
 * Compares a text with the one that a page shows, where `…` stands for anything.
 *
 * JSON is compared as values: `{ "id": 1, … }` may have more members, `[1, …]` more elements, and
 * spaces outside of strings do not count.
 */
export function matches(shown: string, actual: string): boolean {
  const [left, right] = [parse(quoteEllipses(shown)), parse(actual)]
  if (left !== undefined && right !== undefined) return matchValues(left, right)
  return matchTexts(shown.trim(), actual.trim())
}

function matchTexts(shown: string, actual: string): boolean {
  const [first = '', ...rest] = shown.split('…')
  const last = rest.pop()
  if (last === undefined) return shown === actual
  let at = actual.startsWith(first) ? first.length : -1
  for (const part of rest) {
    const found = at === -1 ? -1 : actual.indexOf(part, at)
    at = found === -1 ? -1 : found + part.length
  }
  return at !== -1 && actual.endsWith(last) && at + last.length <= actual.length
}

function matchValues(shown: unknown, actual: unknown): boolean {
  if (shown === '…') return true
  if (typeof shown === 'string') return typeof actual === 'string' && matchTexts(shown, actual)
  if (Array.isArray(shown)) return Array.isArray(actual) && matchLists(shown, actual)
  if (!isRecord(shown)) return shown === actual
  if (!isRecord(actual)) return false
  const { '…': more, ...named } = shown
  const names = Object.keys(named)
  return (
    (more !== undefined || names.length === Object.keys(actual).length) &&
    names.every((name) => name in actual && matchValues(named[name], actual[name]))
  )
}

function matchLists(shown: readonly unknown[], actual: readonly unknown[]): boolean {
  const more = shown.at(-1) === '…'
  const named = more ? shown.slice(0, -1) : shown
  return (
    (more ? named.length <= actual.length : named.length === actual.length) &&
    named.every((value, index) => matchValues(value, actual[index]))
  )
}

/** Makes JSON of `{ "id": 1, … }` and `[1, …]`. */
function quoteEllipses(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|…/g, (found, at: number) => {
    if (found.startsWith('"')) return found
    return /[{,]\s*$/.test(text.slice(0, at)) && /^…\s*\}/.test(text.slice(at)) ? '"…": 0' : '"…"'
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
