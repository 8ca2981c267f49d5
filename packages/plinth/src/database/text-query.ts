import { Query, type Connection } from 'pg'
import type { Statement } from './driver.ts'

/** What a query of one's own sends by: `pg`'s connection, as it is and not as its types say. */
interface Wire {
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
export type TextDone = (error: Error | null, text?: string) => void

const isPlain = (value: unknown): boolean =>
  value === null || typeof value !== 'object' || value === undefined

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
export class TextQuery extends Query<string[]> {
  readonly #statement: Statement
  readonly #done: TextDone
  #text: string | undefined
  #failed = false

  constructor(statement: Statement, done: TextDone) {
    super({ text: statement.text, name: statement.name } as never)
    this.#statement = statement
    this.#done = done
  }

  /** Sends it; gives nothing, or why it cannot be sent. */
  override submit = (connection: Connection): Error | null => {
    const wire = connection as unknown as Wire
    const { text, name, params } = this.#statement
    if (!(this as unknown as { hasBeenParsed(on: unknown): boolean }).hasBeenParsed(connection)) {
      wire.parse({ text, name })
      if (name !== undefined) wire.submittedNamedStatements[name] = text
    }
    wire.bind({ statement: name, values: params, valueMapper: asText })
    wire.execute({})
    wire.sync()
    return null
  }

  handleDataRow({ fields }: { fields: string[] }): void {
    this.#text = fields[0]
  }
  handleCommandComplete(): void {
    // The one row is all there is.
  }
  handleError(error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#done(error)
  }
  handleReadyForQuery(): void {
    if (!this.#failed) this.#done(null, this.#text)
  }
}
