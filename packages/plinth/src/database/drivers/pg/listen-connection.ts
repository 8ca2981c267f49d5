import { Client } from 'pg'
import { quoteIdentifier } from '../../../sql/quote-identifier.ts'

/** Options of a {@link ListenConnection}. Times are in milliseconds. */
export interface ListenConnectionOptions {
  readonly connectTimeout: number
  /** The time between two checks of the connection. */
  readonly heartbeat: number
  /** The time that such a check may take. */
  readonly checkTimeout: number
  readonly onNotification: (channel: string, payload: string) => void
  /** Called once, when the connection is lost. */
  readonly onLost: (connection: ListenConnection) => void
}

/** A connection to a Postgres server that listens. */
export class ListenConnection {
  isLost = false
  readonly #client: Client
  readonly #options: ListenConnectionOptions
  #timer: NodeJS.Timeout | undefined
  #isEnding = false

  private constructor(client: Client, options: ListenConnectionOptions) {
    this.#client = client
    this.#options = options
  }

  /** Connects to a server. */
  static async open(url: string, options: ListenConnectionOptions): Promise<ListenConnection> {
    const client = new Client({
      application_name: 'plinth listen',
      connectionString: url,
      connectionTimeoutMillis: options.connectTimeout,
      keepAlive: true,
    })
    // The end of the connection is told by `end`. Without this listener, an error would end the process.
    client.on('error', () => {})
    const connection = new ListenConnection(client, options)
    await client.connect()
    client.on('notification', ({ channel, payload = '' }) =>
      options.onNotification(channel, payload),
    )
    client.once('end', () => connection.#ended())
    connection.#check()
    return connection
  }

  async listen(channel: string): Promise<void> {
    await this.#client.query(`listen ${quoteIdentifier(channel)}`)
  }

  async unlisten(channel: string): Promise<void> {
    await this.#client.query(`unlisten ${quoteIdentifier(channel)}`)
  }

  /** Waits until the server has responded. What was notified before has arrived then. */
  async roundTrip(): Promise<void> {
    await this.#client.query('select 1')
  }

  async end(): Promise<void> {
    this.#isEnding = true
    clearTimeout(this.#timer)
    await this.#client.end().catch(() => {})
  }

  #ended(): void {
    clearTimeout(this.#timer)
    this.isLost = true
    if (!this.#isEnding) this.#options.onLost(this)
  }

  /** Sends a statement at intervals (keepalive): a half-open connection delivers nothing, and reports nothing. */
  #check(): void {
    const { heartbeat, checkTimeout } = this.#options
    this.#timer = setTimeout(() => {
      // With a statement that runs, `end()` destroys the socket.
      const giveUp = (): void => void this.#client.end().catch(() => {})
      const late = setTimeout(giveUp, checkTimeout).unref()
      this.roundTrip().then(
        () => {
          clearTimeout(late)
          if (!this.isLost && !this.#isEnding) this.#check()
        },
        () => clearTimeout(late),
      )
    }, heartbeat).unref()
  }
}
