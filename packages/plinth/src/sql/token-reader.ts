import type { Token } from './tokens.ts'

/** Reads the tokens of a statement from left to right. */
export class TokenReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
  }

  /** True if the next token is this word. */
  is(word: string): boolean {
    const next = this.#tokens[this.#at]
    return next?.text === word && next.kind !== 'name' && next.kind !== 'string'
  }

  /** True if this word follows anywhere. */
  has(word: string): boolean {
    return this.rest().some(({ kind, text }) => kind === 'word' && text === word)
  }

  /** Reads these words, either all of them or none. */
  take(...words: readonly string[]): boolean {
    const start = this.#at
    for (const word of words) {
      if (!this.is(word)) {
        this.#at = start
        return false
      }
      this.#at += 1
    }
    return true
  }

  /** Skips to the first of these words outside brackets. */
  skipTo(...words: readonly string[]): void {
    let depth = 0
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      if (this.is('(')) depth += 1
      if (this.is(')')) depth -= 1
      if (depth === 0 && words.some((word) => this.is(word))) return
    }
  }

  /** Reads the next name. Empty at the end. */
  name(): string {
    const next = this.#tokens[this.#at]
    this.#at += 1
    return next?.text ?? ''
  }

  /** Reads `a` or `a.b`, and drops the schema `public`. */
  qualified(): string {
    const first = this.name()
    if (!this.take('.')) return first
    const second = this.name()
    return first === 'public' ? second : `${first}.${second}`
  }

  /** Reads names separated by commas. */
  list(): string[] {
    const names = [this.qualified()]
    while (this.take(',')) names.push(this.qualified())
    return names
  }

  rest(): readonly Token[] {
    return this.#tokens.slice(this.#at)
  }

  /** The remaining text, as written. */
  restText(): string {
    const [first] = this.rest()
    return first === undefined
      ? ''
      : this.#text.slice(first.start, this.#tokens.at(-1)?.end ?? first.start)
  }

  /** Splits the remaining tokens at a symbol, except inside brackets. */
  split(symbol: string): TokenReader[] {
    const parts: Token[][] = [[]]
    let depth = 0
    for (const token of this.rest()) {
      if (token.kind === 'symbol' && token.text === '(') depth += 1
      if (token.kind === 'symbol' && token.text === ')') depth -= 1
      if (depth === 0 && token.kind === 'symbol' && token.text === symbol) parts.push([])
      else parts.at(-1)?.push(token)
    }
    return parts.map((tokens) => new TokenReader(this.#text, tokens))
  }
}
