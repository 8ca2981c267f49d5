import { Query } from 'pg'
import type { Statement } from '../../driver.ts'
import { RawText, type Text } from '../../../../http/raw-text.ts'

/** The connection that a query submits itself to, as it is and not as pg's types describe it. */
interface Wire {
  /** True when texts arrive undecoded, one character per byte. */
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

/** Called when a statement ended: with an error, with its text, or without a row. */
export type TextDone = (error: Error | null, text?: Text) => void

const isPlain = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'symbol')

/** Writes a value as Postgres reads it. */
const asText = (value: unknown): unknown =>
  value === null || value === undefined || typeof value === 'string'
    ? value
    : `${value as number | bigint | boolean}`

/** True when every parameter can be written without pg's conversions. */
export const hasPlainParams = ({ params }: Statement): boolean => params.every(isPlain)

/**
 * A query that returns one text, in fewer messages than `pg`'s own.
 *
 * It does not ask for the description of its columns, and makes no row object.
 *
 * @see https://node-postgres.com/apis/client#clientquery (a query that submits itself)
 */
export class TextQuery {
  readonly text: string
  readonly name: string | undefined
  /** `pg` would set a callback of its own here. */
  readonly callback = true
  /** True when the server has prepared a statement of this name. The prototype set below has this method. */
  declare readonly hasBeenParsed: (wire: Wire) => unknown
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

  /** Sends the statement. `pg` expects null, or an error when it cannot be sent. */
  submit(wire: Wire): Error | null {
    const { text, name } = this
    this.#isRaw = wire.givesRaw === true
    if (this.hasBeenParsed(wire) !== true) {
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
    // The text is complete already.
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

// In a pipeline `pg` accepts only its own kind of query. Only the prototype makes this one: the constructor would create
// an emitter and a result that are never used, which costs more than everything else here.
Object.setPrototypeOf(TextQuery.prototype, Query.prototype as object)

/** Creates a text query. */
export function textQuery(statement: Statement, done: TextDone): Query {
  const query: object = new TextQuery(statement, done)
  // TypeScript does not see that the prototype set above makes it a query of `pg`.
  return query as Query
}
