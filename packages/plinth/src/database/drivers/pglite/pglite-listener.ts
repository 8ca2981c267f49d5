import { quoteIdentifier } from '../../../sql/quote-identifier.ts'
import { command, type Connection } from '../driver.ts'
import { Listener } from '../listener.ts'

/** Listens to embedded Postgres, in the only session that there is. */
export class PgliteListener extends Listener {
  readonly #acquire: () => Promise<Connection>

  /** @param acquire - waits for the session, so that LISTEN does not become a part of a caller's transaction */
  constructor(acquire: () => Promise<Connection>) {
    super()
    this.#acquire = acquire
  }

  protected async start(channel: string): Promise<void> {
    const connection = await this.#acquire()
    try {
      await connection.query(command(`listen ${quoteIdentifier(channel)}`))
    } finally {
      connection.release()
    }
  }

  /** Sends no UNLISTEN: a client of the gateway may listen to the same channel, in the same session. */
  protected async stop(): Promise<void> {}

  protected async disconnect(): Promise<void> {}
}
