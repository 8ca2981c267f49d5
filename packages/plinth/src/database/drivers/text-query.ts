import { Query } from 'pg'
import type { Statement } from './driver.ts'
import { RawText, type Text } from '../../http/raw-text.ts'

/** What a query of one's own sends by: `pg`'s connection, as it is and not as its types say. */
interface Wire {
  /** Whether texts come undecoded, one character a byte. */
  readonly givesRaw?: boolean
  readonly submittedNamedStatements: Record<string, string>
  parse(statement: { text: string; name: string | undefined }): void
  bind(portal: {
    statement: string | undefined
    values: readonly unknown[]
    valueMapper: (value: unknown) => unknown
  }): void
  execute(portal: object): void
  sync(): void
}

/** Told how a statement ended: with its text, with no row, or with an error. */
export type TextDone = (error: Error | null, text?: Text) => void

const isPlain = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'symbol')

/** A value as Postgres reads it. */
const asText = (value: unknown): unknown =>
  value === null || value === undefined || typeof value === 'string'
    ? value
    : `${value as number | bigint | boolean}`

/** Whether all parameters are of the kinds that need no more than to be written out. */
export const hasPlainParams = ({ params }: Statement): boolean => params.every(isPlain)

/**
 * A statement that gives one text, in fewer messages than `pg`'s own: what it gives need not be described, and no
 * row is made of it.
 *
 * @see https://node-postgres.com/apis/client#clientquery (a query that submits itself)
 */
export class TextQuery {
  readonly text: string
  readonly name: string | undefined
  /** `pg` would put one of its own here. */
  readonly callback = true
  readonly #params: readonly unknown[]
  readonly #done: TextDone
  #result: Text | undefined
  #isRaw = false
  #failed = false

  constructor({ text, name, params }: Statement, done: TextDone) {
    this.text = text
    this.name = name
    this.#params = params
    this.#done = done
  }

  /** Sends it; gives nothing, or why it cannot be sent. */
  submit(wire: Wire): Error | null {
    const { text, name } = this
    this.#isRaw = wire.givesRaw === true
    if ((this as unknown as Inherited).hasBeenParsed(wire) !== true) {
      wire.parse({ text, name })
      if (name !== undefined) wire.submittedNamedStatements[name] = text
    }
    wire.bind({ statement: name, values: this.#params, valueMapper: asText })
    wire.execute(wholePortal)
    wire.sync()
    return null
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const text = fields[0]
    if (text != null) this.#result ??= this.#isRaw ? new RawText(text) : text
  }
  handleCommandComplete(): void {
    // There is nothing more to know.
  }
  handleError(error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#done(error)
  }
  handleReadyForQuery(): void {
    if (!this.#failed) this.#done(null, this.#result)
  }
}

const wholePortal = {}

interface Inherited {
  /** Whether the server has a statement of its name. */
  hasBeenParsed(wire: Wire): unknown
}
// In a pipeline `pg` takes its own kind of query alone. It is one by its prototype and not by its constructor, which
// would make an emitter and a result that nobody asks for, at more than the cost of all else here.
Object.setPrototypeOf(TextQuery.prototype, Query.prototype as object)

/** The statement as a query of `pg`. */
export const textQuery = (statement: Statement, done: TextDone): Query =>
  new TextQuery(statement, done) as unknown as Query
