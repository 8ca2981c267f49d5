import { Client, type ClientConfig } from 'pg'
import { Parser } from 'pg-protocol/dist/parser.js'

/** The private members of the driver's client. */
interface Inside {
  connection: { attachListeners(stream: Stream): void; emit(event: string, message: unknown): void }
}
interface Stream {
  on(event: 'data', listener: (chunk: Buffer) => void): void
}

/**
 * A Postgres client that does not decode text.
 *
 * Each text arrives as its bytes, one character per byte, and goes into the response like that. All
 * statements return a single text, so no other value is read incorrectly.
 */
export class RawClient extends Client {
  constructor(config: ClientConfig) {
    super(config)
    const { connection } = this as unknown as Inside
    connection.attachListeners = (stream) => {
      const parser = new Parser()
      ;(parser as unknown as { reader: { encoding: string } }).reader.encoding = 'latin1'
      stream.on('data', (chunk) =>
        parser.parse(chunk, (message) =>
          connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message),
        ),
      )
    }
  }
}
