/** One `NAME=value` of a `.env` file. */
export interface EnvEntry {
  readonly name: string
  /** Escapes decoded, `${…}` not yet replaced. */
  readonly value: string
  /** Counted from 1. */
  readonly line: number
  /** Whether `${NAME}` in it stands for another value: not in single quotes. */
  readonly expands: boolean
}

/** What a `.env` file holds. */
export interface EnvText {
  readonly entries: readonly EnvEntry[]
  /** The lines, counted from 1, that are no assignment, comment or blank. */
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

/** Moves over a pattern; `undefined` where it does not stand here. */
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

/** `undefined` when this is no statement; `null` when it assigns nothing, as a comment does. */
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
 * Reads the text of a `.env` file in python-dotenv's dialect.
 *
 * A later assignment of a name stands beside the earlier one: the last is the one that counts.
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
