/** The methods that the semantic conventions know. Any other could be made up, without end. */
const known: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
])

/** Returns the method for `http.request.method`; `undefined` for `_OTHER`. */
export const knownMethod = (method: string): string | undefined =>
  known.has(method) ? method : undefined
