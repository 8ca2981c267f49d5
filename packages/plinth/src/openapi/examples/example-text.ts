import type { JsonSchema } from '../openapi.types.ts'

/** Examples by format. Dates are in the far future, because a past one is refused more often than a late one. */
const byFormat: Readonly<Record<string, readonly string[]>> = {
  uuid: ['3fa85f64-5717-4562-b3fc-2c963f66afa6', '018f3f5e-7c1a-7d3e-9b1a-2c963f66afa6'],
  'date-time': ['2099-12-31T12:00:00.000Z', '2099-12-31T12:00:00Z'],
  date: ['2099-12-31'],
  time: ['12:00:00', '12:00:00Z', '12:00'],
  duration: ['PT1H', 'P1D'],
  email: ['ann@example.com'],
  'idn-email': ['ann@example.com'],
  uri: ['https://example.com'],
  'uri-reference': ['https://example.com'],
  hostname: ['example.com'],
  ipv4: ['192.0.2.1'],
  ipv6: ['2001:db8::1'],
  base64: ['SGVsbG8='],
  byte: ['SGVsbG8='],
}

/** Returns `Due date` for `dueDate` and `due_date`. */
export function wordsOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\W]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? 'Text' : `${words[0]!.toUpperCase()}${words.slice(1)}`
}

/** The texts to try for a string without a known format: the name of its field, and the usual shapes of codes. */
function plainTexts(name: string): readonly string[] {
  const words = wordsOf(name)
  const lower = words.toLowerCase()
  const joined = ['-', '_', ''].map((by) => lower.replaceAll(' ', by))
  return [
    words,
    lower,
    ...joined,
    words.toUpperCase(),
    '1',
    '1.00',
    'ABC',
    'AB',
    '#336699',
    '12:00',
  ]
}

/**
 * Makes an example of a string, such as `Title` for a field of that name.
 *
 * @returns undefined if none of the texts that it tries has the format, the pattern and the length
 */
export function exampleText(schema: JsonSchema, name: string): string | undefined {
  const { format, pattern, minLength = 0, maxLength = Infinity } = schema as StringSchema
  const known = format === undefined ? undefined : byFormat[format]
  const isAllowed = (text: string): boolean =>
    text.length >= minLength && text.length <= maxLength && matches(pattern, text)
  const fitted = (text: string): string =>
    text
      .repeat(Math.max(1, Math.min(100, Math.ceil(minLength / text.length))))
      .slice(0, maxLength)
      .trim()
  return (known ?? plainTexts(name).map(fitted)).find(isAllowed)
}

interface StringSchema {
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
}

/** Tests a pattern of the document, which JavaScript reads with the flag `u`. */
function matches(pattern: string | undefined, text: string): boolean {
  try {
    return pattern === undefined || new RegExp(pattern, 'u').test(text)
  } catch {
    return false
  }
}
