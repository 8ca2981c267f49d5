import { Client, type ClientConfig } from 'pg'
import { Parser } from 'pg-protocol/dist/parser.js'

/** What is inside of the driver's client. */
interface Inside {
  connection: { attachListeners(stream: Stream): void; emit(event: string, message: unknown): void }
}
interface Stream {
  on(event: 'data', listener: (chunk: Buffer) => void): void
}

/**
 * A client that decodes no text: each comes as its bytes, one character a byte, and goes so into the answer. All that
 * is asked here gives one text, so that there is nothing else that would be read wrongly.
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
