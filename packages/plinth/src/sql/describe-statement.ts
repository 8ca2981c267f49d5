import { tokensOf, type Token } from './tokens.ts'

/** A statement in words that hold no value. */
export interface StatementDescription {
  /** The operation, such as `SELECT`: what a statement with common table expressions does after them. */
  readonly operation: string
  /** Operations and tables, such as `SELECT tasks users`. */
  readonly summary: string
  /** The text with `?` for each literal, and without comments. */
  readonly text: string
}

/** The most characters of a text and of a summary. A statement that inserts many rows is longer. */
const longestText = 8192
const longestSummary = 255
const mostKnown = 500
const known = new Map<string, StatementDescription>()

/**
 * Describes an SQL text for traces.
 *
 * Literals are left out of every text, since nothing tells one that a developer wrote from one that a value was written
 * into. Parameters are not in the text.
 *
 * @see https://github.com/open-telemetry/semantic-conventions/blob/main/docs/db/database-spans.md
 */
export function describeStatement(text: string): StatementDescription {
  const found = known.get(text)
  if (found !== undefined) return found
  const tokens = tokensOf(text)
  const description = {
    operation: operationOf(tokens),
    summary: summaryOf(tokens),
    text: withoutLiterals(text, tokens).slice(0, longestText),
  }
  // A text with literals may never come again.
  if (known.size >= mostKnown) known.clear()
  known.set(text, description)
  return description
}

function withoutLiterals(text: string, tokens: readonly Token[]): string {
  let written = ''
  let before: Token | undefined
  for (const token of tokens) {
    if (before !== undefined) {
      const gap = text.slice(before.end, token.start)
      // What is not white space between two tokens is a comment.
      written += /^\s*$/.test(gap) ? gap : ' '
    }
    written += isLiteral(token, before) ? '?' : text.slice(token.start, token.end)
    before = token
  }
  return written
}

const isLiteral = ({ kind, start }: Token, before: Token | undefined): boolean =>
  kind === 'string' || (kind === 'number' && !isPlaceholder(start, before))

/** Checks for the number of `$1`. */
const isPlaceholder = (start: number, before: Token | undefined): boolean =>
  before?.kind === 'symbol' && before.text === '$' && before.end === start

const operations: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'merge'])
/** Words before the name of a table. */
const targets: ReadonlySet<string> = new Set(['from', 'into', 'update', 'join', 'table', 'using'])
/** Words that may stand between those and the name. */
const skipped: ReadonlySet<string> = new Set(['only', 'lateral', 'if', 'not', 'exists'])

/** The first operation outside of brackets; without one, the first word. */
function operationOf(tokens: readonly Token[]): string {
  let depth = 0
  for (const { kind, text } of tokens) {
    if (kind === 'symbol' && text === '(') depth += 1
    if (kind === 'symbol' && text === ')') depth -= 1
    if (kind === 'word' && depth === 0 && operations.has(text)) return text.toUpperCase()
  }
  return tokens.find(({ kind }) => kind === 'word')?.text.toUpperCase() ?? ''
}

/** An operation at one depth of brackets. */
interface Operation {
  readonly name: string
  isWritten: boolean
}

/** The operations of a statement, each with its tables, in the order of the text. */
function summaryOf(tokens: readonly Token[]): string {
  const words: string[] = []
  const shared = new Set(tokens.filter((_, at) => isShared(tokens, at)).map(({ text }) => text))
  const open: (Operation | undefined)[] = []
  let depth = 0
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind === 'symbol' && text === '(') depth += 1
    if (kind === 'symbol' && text === ')') open[depth--] = undefined
    // `for update` and `do update` are parts of other operations.
    if (kind !== 'word' || (text === 'update' && isPart(tokens[at - 1]))) continue
    if (operations.has(text)) open[depth] = { name: text.toUpperCase(), isWritten: false }
    const operation = open[depth]
    if (operation === undefined || !targets.has(text)) continue
    const name = tableAfter(tokens, at, text === 'into')
    if (name === undefined || shared.has(name)) continue
    if (!operation.isWritten) words.push(operation.name)
    operation.isWritten = true
    words.push(name)
  }
  const [first] = tokens.filter(({ kind }) => kind === 'word')
  const summary = words.length > 0 ? words.join(' ') : (first?.text.toUpperCase() ?? 'postgresql')
  return summary.slice(0, longestSummary)
}

/** Checks for the name of a common table expression: `with a as (…), b (c, d) as materialized (…)`. */
function isShared(tokens: readonly Token[], at: number): boolean {
  if (!/^(?:with|recursive|,)$/.test(tokens[at - 1]?.text ?? '')) return false
  const hasColumns = tokens[at + 1]?.text === '('
  const end = hasColumns ? tokens.findIndex(({ text }, n) => n > at && text === ')') : at
  return (
    tokens[end + 1]?.text === 'as' && /^(?:\(|not|materialized)$/.test(tokens[end + 2]?.text ?? '')
  )
}

const isPart = (before: Token | undefined): boolean =>
  before?.kind === 'word' && /^(?:for|do|on|key)$/.test(before.text)

/** The name after a word; `undefined` for a subquery or a function. */
function tableAfter(
  tokens: readonly Token[],
  from: number,
  hasColumns: boolean,
): string | undefined {
  let at = from + 1
  while (skipped.has(tokens[at]?.text ?? '') && tokens[at]?.kind === 'word') at++
  const isName = (token: Token | undefined): token is Token =>
    token?.kind === 'word' || token?.kind === 'name'
  let name = tokens[at]
  if (!isName(name)) return undefined
  if (tokens[at + 1]?.text === '.' && isName(tokens[at + 2])) {
    at += 2
    name = tokens[at]
  }
  return !hasColumns && tokens[at + 1]?.text === '(' ? undefined : name?.text
}
