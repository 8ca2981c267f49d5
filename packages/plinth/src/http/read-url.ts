import { HttpError } from '../errors/http-error.ts'

/** A path, not decoded, and a query string without the question mark. */
export interface SplitUrl {
  readonly path: string
  readonly search: string
}

/** Splits the target of a request into path and query string. Decodes nothing. */
export function splitUrl(target: string): SplitUrl {
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, search: '' }
    : { path: target.slice(0, mark), search: target.slice(mark + 1) }
}

const malformed = (what: string): HttpError =>
  new HttpError(
    400,
    `The ${what} contains an invalid percent-encoding, or bytes that are not UTF-8`,
    { code: what === 'form' ? 'PLINTH_MALFORMED_BODY' : 'PLINTH_MALFORMED_URL' },
  )

function decode(text: string, what: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed(what)
  }
}

/**
 * Decodes the value of a path parameter.
 *
 * @throws {HttpError} `PLINTH_MALFORMED_URL`, 400: it is not UTF-8, or contains a NUL
 */
export function decodePathValue(text: string): string {
  const value = decode(text, 'path')
  if (value.includes('\0'))
    throw new HttpError(400, 'The path contains a NUL character', { code: 'PLINTH_MALFORMED_URL' })
  return value
}

/** The values of a query string or a form, by name: one string, or a list if the name was sent more than once. */
export type RawValues = Record<string, string | string[]>

/**
 * Parses `a=1&b=2&b=3` into an object without a prototype, so that no name can reach one.
 *
 * @param what - its name in error messages
 * @param max - the maximum number of parameters, repeated names included
 * @throws {HttpError} `PLINTH_MALFORMED_URL` or, of a form, `PLINTH_MALFORMED_BODY`, 400: it is not UTF-8
 * @throws {HttpError} 414: it has more than `max` parameters
 */
export function parseQuery(
  search: string,
  what: 'query string' | 'form' = 'query string',
  max = Infinity,
): RawValues {
  const values: RawValues = Object.create(null) as RawValues
  if (search === '') return values
  let count = 0
  for (let start = 0; start < search.length;) {
    const next = search.indexOf('&', start)
    const end = next === -1 ? search.length : next
    if (end > start) {
      if (++count > max) throw new HttpError(414, `A ${what} may have ${max} parameters`)
      addPair(values, search.slice(start, end), what)
    }
    start = end + 1
  }
  return values
}

function addPair(values: RawValues, pair: string, what: string): void {
  const plain = pair.includes('+') ? pair.replaceAll('+', ' ') : pair
  const equals = plain.indexOf('=')
  const name = decode(equals === -1 ? plain : plain.slice(0, equals), what)
  const value = equals === -1 ? '' : decode(plain.slice(equals + 1), what)
  const known = values[name]
  if (known === undefined) values[name] = value
  else if (typeof known === 'string') values[name] = [known, value]
  else known.push(value)
}
