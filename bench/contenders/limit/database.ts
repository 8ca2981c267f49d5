import { type Client, Query } from 'pg'
import { RawClient } from './raw-client.ts'
import type { Statement } from './statements.ts'

/** Runs a statement that returns at most one text: its UTF-8 bytes, one character per byte. */
export type Ask = (
  statement: Statement,
  values: readonly (string | null)[],
) => Promise<string | null>

/**
 * The size of the connection pool.
 *
 * It is smaller than the ten connections of the other contenders, because pipelining keeps each busy:
 * all queries of one event loop turn are one write.
 */
const connections = 4

/** Opens a connection pool that is used round-robin, and never closes its connections. */
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

/** The driver's connection, as far as a query needs it; pg-cursor uses the same members. */
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

/** Batches the queries of one event loop turn into one write. */
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

/** Runs a prepared statement with a single text column, so it needs no row description. */
class TextQuery {
  readonly name: string
  readonly text: string
  readonly #values: readonly (string | null)[]
  readonly #resolve: (text: string | null) => void
  readonly #reject: (error: Error) => void
  #result: string | null = null

  // oxlint-disable-next-line max-params -- called once per request; an options object would cost an allocation
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

// The driver pipelines only instances of its own Query. The constructor is skipped, because it creates
// an event emitter and a result that are not used here.
Object.setPrototypeOf(TextQuery.prototype, Query.prototype)
