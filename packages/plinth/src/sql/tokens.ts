/** A token of SQL: a word in lower case, a name without its quotes, or anything else as written. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol'
  readonly text: string
  /** The position in the text that was read. */
  readonly start: number
  readonly end: number
}

/** One statement of an SQL text. */
export interface SqlStatement {
  /** The statement as written, without the final semicolon. */
  readonly text: string
  /** Their positions refer to `text`. */
  readonly tokens: readonly Token[]
}

/** A comment that begins with `--`, as written. */
export interface LineComment {
  readonly text: string
  /** Its position in the text that was read. */
  readonly start: number
  readonly end: number
}

const space = /[ \t\n\r\f\v]+/y
// Postgres ends a line at a lone carriage return too.
const lineComment = /--[^\n\r]*/y
const dollar = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
// A literal without an end reaches to the end of the text, where Postgres refuses it.
const plain: readonly (readonly [kind: Token['kind'], form: RegExp])[] = [
  // `e'a'` and, after a line break, `'b\''` are one string with escapes.
  [
    'string',
    /[eE]'[^'\\]*(?:(?:\\[\s\S]|''|'[ \t\f\v]*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*')[^'\\]*)*(?:'|\\?$)/y,
  ],
  ['string', /(?:[uU]&|[bBxXnN])?'[^']*(?:''[^']*)*(?:'|$)/y],
  ['name', /(?:[uU]&)?"[^"]*(?:""[^"]*)*(?:"|$)/y],
  ['number', /\d[\w.]*|\.\d[\w.]*/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
]

function match(form: RegExp, text: string, at: number): string | undefined {
  form.lastIndex = at
  return form.exec(text)?.[0]
}

/** Finds the end of a block comment, which may contain others. */
function commentEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length;) {
    const pair = text.slice(at, at + 2)
    if (pair === '/*') depth += 1
    if (pair === '*/') depth -= 1
    at += pair === '/*' || pair === '*/' ? 2 : 1
    if (depth === 0) return at
  }
  return text.length
}

/** Skips white space and comments, and collects the line comments. */
function skip(text: string, start: number, comments: LineComment[]): number {
  let at = start
  for (;;) {
    const blank = match(space, text, at)
    const comment = blank === undefined ? match(lineComment, text, at) : undefined
    const end = at + (blank ?? comment ?? '').length
    if (comment !== undefined) comments.push({ text: comment, start: at, end })
    if (end > at) at = end
    else if (text.startsWith('/*', at)) at = commentEnd(text, at)
    else return at
  }
}

function tokenAt(text: string, start: number): Token {
  const tag = match(dollar, text, start)
  if (tag !== undefined) {
    const close = text.indexOf(tag, start + tag.length)
    const end = close < 0 ? text.length : close + tag.length
    return { kind: 'string', text: text.slice(start, end), start, end }
  }
  for (const [kind, form] of plain) {
    const found = match(form, text, start)
    if (found === undefined) continue
    const end = start + found.length
    if (kind === 'word') return { kind, text: found.toLowerCase(), start, end }
    if (kind === 'name') return { kind, text: nameIn(found), start, end }
    return { kind, text: found, start, end }
  }
  const end = start + (text.startsWith('::', start) ? 2 : 1)
  return { kind: 'symbol', text: text.slice(start, end), start, end }
}

const nameIn = (quoted: string): string =>
  quoted.slice(quoted.indexOf('"') + 1, -1).replaceAll('""', '"')

function read(text: string): { readonly tokens: Token[]; readonly comments: LineComment[] } {
  const tokens: Token[] = []
  const comments: LineComment[] = []
  for (let at = skip(text, 0, comments); at < text.length;) {
    const token = tokenAt(text, at)
    tokens.push(token)
    at = skip(text, token.end, comments)
  }
  return { tokens, comments }
}

/** Splits an SQL text into tokens, without comments. */
export const tokensOf = (text: string): Token[] => read(text).tokens

/** The line comments of an SQL text; text inside strings, dollar quotes and block comments is not one. */
export const lineCommentsOf = (text: string): LineComment[] => read(text).comments

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text === word

/** Splits an SQL text into statements at its semicolons, except inside strings, comments, brackets and function bodies. */
export function statementsOf(text: string): SqlStatement[] {
  const found: SqlStatement[] = []
  let current: Token[] = []
  let bodies = 0
  let brackets = 0
  const close = (): void => {
    const [first] = current
    if (first !== undefined) {
      const end = current.at(-1)?.end ?? 0
      const tokens = current.map((token) => moved(token, -first.start))
      found.push({ text: text.slice(first.start, end), tokens })
    }
    current = []
  }
  for (const token of tokensOf(text)) {
    // `create function … begin atomic …; end`: semicolons inside belong to it.
    if (isWord(token, 'atomic') && isWord(current.at(-1), 'begin')) bodies += 1
    if (bodies > 0 && isWord(token, 'case')) bodies += 1
    if (bodies > 0 && isWord(token, 'end')) bodies -= 1
    const symbol = token.kind === 'symbol' ? token.text : ''
    // `create rule … do (…; …)`: so do those in brackets.
    if (symbol === '(') brackets += 1
    if (symbol === ')') brackets -= 1
    if (symbol === ';' && bodies === 0 && brackets <= 0) {
      close()
      brackets = 0
    } else current.push(token)
  }
  close()
  return found
}

const moved = (token: Token, by: number): Token => ({
  ...token,
  start: token.start + by,
  end: token.end + by,
})
