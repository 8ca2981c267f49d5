import { type Client, Query } from 'pg'
import { RawClient } from './raw-client.ts'
import type { Statement } from './statements.ts'

/** Runs a statement that gives one text or none: the bytes of its UTF-8, one character a byte. */
export type Ask = (
  statement: Statement,
  values: readonly (string | null)[],
) => Promise<string | null>

/** Fewer than the ten of the others, since a pipeline keeps each busy: what is sent in one turn is one write. */
const connections = 4

/** Connections that stay open, taken in turn. */
export async function openDatabase(url: string): Promise<Ask> {
  const clients = await Promise.all(Array.from({ length: connections }, () => open(url)))
  let turn = 0
  return (statement, values) =>
    new Promise((resolve, reject) => {
      turn = (turn + 1) % connections
      clients[turn]?.query(new TextQuery(statement, values, resolve, reject) as never)
    })
}

async function open(url: string): Promise<Client> {
  const client = new RawClient({ connectionString: url, pipeline: true })
  client.on('error', (error) => {
    console.error(`A connection broke: ${error.message}`)
    process.exit(1)
  })
  await client.connect()
  return client
}

/** The parts of the driver's connection that a query needs: as pg-cursor and pg-query-stream use them. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void }
  readonly parsedStatements: Readonly<Record<string, string>>
  readonly submittedNamedStatements: Record<string, string>
  parse(message: { name: string; text: string }): void
  bind(message: { statement: string; values: readonly (string | null)[] }): void
  execute(message: object): void
  sync(): void
}

const corked = new Set<Connection>()

/** What several requests ask in one turn of the event loop goes out together. */
function cork(connection: Connection): void {
  if (corked.has(connection)) return
  if (corked.size === 0) setImmediate(uncorkAll)
  corked.add(connection)
  connection.stream.cork()
}

function uncorkAll(): void {
  for (const connection of corked) connection.stream.uncork()
  corked.clear()
}

const nothing = {}

/** A query of a prepared statement whose one column is text, so that nothing of its shape has to be asked. */
class TextQuery {
  readonly name: string
  readonly text: string
  readonly #values: readonly (string | null)[]
  readonly #resolve: (text: string | null) => void
  readonly #reject: (error: Error) => void
  #result: string | null = null

  // oxlint-disable-next-line max-params -- made once a request: an object more would be work
  constructor(
    { name, text }: Statement,
    values: readonly (string | null)[],
    resolve: (text: string | null) => void,
    reject: (error: Error) => void,
  ) {
    this.name = name
    this.text = text
    this.#values = values
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: Connection): null {
    cork(connection)
    const { name, text } = this
    const { parsedStatements, submittedNamedStatements } = connection
    if (parsedStatements[name] === undefined && submittedNamedStatements[name] === undefined) {
      connection.parse({ name, text })
      submittedNamedStatements[name] = text
    }
    connection.bind({ statement: name, values: this.#values })
    connection.execute(nothing)
    connection.sync()
    return null
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#result = fields[0] ?? null
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#result)
  }

  handleError(error: Error): void {
    this.#reject(error)
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
}

// A pipeline takes only what is a query of the driver's own. Its constructor is left out: it makes an event emitter
// and a result that nobody would look at.
Object.setPrototypeOf(TextQuery.prototype, Query.prototype)
