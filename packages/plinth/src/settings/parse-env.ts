/** One assignment in a `.env` file. */
export interface EnvEntry {
  readonly name: string
  /** The value with escapes decoded and `${…}` not yet replaced. */
  readonly value: string
  /** Line number, counted from 1. */
  readonly line: number
  /** True if `${NAME}` in the value is replaced, which single quotes turn off. */
  readonly expands: boolean
}

/** The contents of a `.env` file. */
export interface EnvText {
  readonly entries: readonly EnvEntry[]
  /** The numbers of lines that are not an assignment, a comment, or blank. */
  readonly unreadable: readonly number[]
}

// Python's `\s` in a string pattern: JavaScript's own differs in seven characters.
const space = String.raw`\t\n\v\f\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`
const inline = space.replace(String.raw`\n`, '').replace(String.raw`\r`, '')

const patterns = {
  blank: new RegExp(`[${space}]*`, 'y'),
  inlineBlank: new RegExp(`[${inline}]*`, 'y'),
  export: new RegExp(`(?:export[${inline}]+)?`, 'y'),
  quotedName: /'([^']+)'/y,
  name: new RegExp(`([^=#${space}]+)`, 'y'),
  equals: new RegExp(`=[${inline}]*`, 'y'),
  single: /'((?:\\[^]|[^'\\])*)'/y,
  double: /"((?:\\[^]|[^"\\])*)"/y,
  unquoted: /([^\r\n]*)/y,
  comment: new RegExp(`(?:[${inline}]*#[^\\r\\n]*)?`, 'y'),
  lineEnd: new RegExp(`[${inline}]*(?:\\r\\n|\\n|\\r|$)`, 'y'),
  restOfLine: /[^\r\n]*(?:\r\n|\r|\n)?/y,
} as const

const commentAfterValue = new RegExp(`[${space}]+#.*`)
const trailingSpace = new RegExp(`[${space}]+$`)

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const decode = (text: string, escape: RegExp): string =>
  text.replace(escape, (_, character: string) => escapes[character] ?? character)

interface EnvReader {
  readonly text: string
  at: number
}

/** Consumes a pattern; `undefined` if the text does not match it here. */
function take(reader: EnvReader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (found === null) return undefined
  reader.at += found[0].length
  return found
}

type EnvEntryValue = Pick<EnvEntry, 'value' | 'expands'>

function takeValue(reader: EnvReader): EnvEntryValue | undefined {
  const first = reader.text[reader.at]
  if (first === "'") {
    const found = take(reader, patterns.single)
    return found && { value: decode(found[1]!, /\\([\\'])/g), expands: false }
  }
  if (first === '"') {
    const found = take(reader, patterns.double)
    return found && { value: decode(found[1]!, /\\([\\'"abfnrtv])/g), expands: true }
  }
  const written = take(reader, patterns.unquoted)![1]!
  const value = written.replace(commentAfterValue, '').replace(trailingSpace, '')
  return { value, expands: true }
}

/** Consumes a statement: `undefined` if there is not one, `null` for one that assigns nothing, such as a comment. */
function takeStatement(reader: EnvReader): (EnvEntryValue & { name: string }) | null | undefined {
  take(reader, patterns.export)
  const first = reader.text[reader.at]
  const name =
    first === '#' ? null : take(reader, first === "'" ? patterns.quotedName : patterns.name)?.[1]
  if (name === undefined) return undefined
  take(reader, patterns.inlineBlank)
  let value: EnvEntryValue | null | undefined = null
  const equals = take(reader, patterns.equals)
  if (equals !== undefined)
    value =
      // after `NAME= ` a `#` begins a comment, after `NAME=` a value
      equals[0].length > 1 && reader.text[reader.at] === '#'
        ? { value: '', expands: true }
        : takeValue(reader)
  if (value === undefined) return undefined
  take(reader, patterns.comment)
  if (take(reader, patterns.lineEnd) === undefined) return undefined
  return name === null || value === null ? null : { name, ...value }
}

/**
 * Parses the text of a `.env` file in python-dotenv's dialect.
 *
 * A name that is assigned twice has two entries, and the last one counts.
 *
 * @see https://github.com/theskumar/python-dotenv/blob/main/src/dotenv/parser.py
 */
export function parseEnv(source: string): EnvText {
  const reader: EnvReader = { text: source.replace(/^\ufeff/, ''), at: 0 }
  const entries: EnvEntry[] = []
  const unreadable: number[] = []
  let line = 1
  let counted = 0
  while (reader.at < reader.text.length) {
    take(reader, patterns.blank)
    if (reader.at >= reader.text.length) break
    line += reader.text.slice(counted, reader.at).match(/\r\n|\r|\n/g)?.length ?? 0
    counted = reader.at
    const statement = takeStatement(reader)
    if (statement === undefined) {
      take(reader, patterns.restOfLine)
      unreadable.push(line)
    } else if (statement !== null) entries.push({ ...statement, line })
  }
  return { entries, unreadable }
}
