/** The path to the first text with a NUL, which no URL, cookie or form means, and which Postgres cannot store. */
export function pathOfNul(value: unknown): (string | number)[] | undefined {
  if (typeof value === 'string') return value.includes('\0') ? [] : undefined
  if (Array.isArray(value)) {
    const at = value.findIndex((item) => pathOfNul(item) !== undefined)
    return at === -1 ? undefined : [at]
  }
  if (typeof value !== 'object' || value === null || value instanceof Blob) return undefined
  for (const [name, item] of Object.entries(value)) {
    const below = pathOfNul(item)
    if (below !== undefined) return [name, ...below]
  }
  return undefined
}
