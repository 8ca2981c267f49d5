const instant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)$/

/** Two answers that say the same have one text: keys in order, and every time in one form. */
export function canonical(json: string): string {
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) => {
    if (typeof value === 'string' && instant.test(value)) return new Date(value).toISOString()
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
