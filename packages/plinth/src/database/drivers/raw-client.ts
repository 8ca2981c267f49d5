import { Client, type ClientConfig } from 'pg'
import { Parser } from 'pg-protocol/dist/parser.js'
import { TextQuery } from './text-query.ts'

/** What is inside of a client of `pg`, and no type tells of. */
interface Inside {
  readonly connection: {
    givesRaw?: boolean
    attachListeners(stream: Stream): void
    emit(event: string, message: unknown): void
  }
  _getActiveQuery(): unknown
}
interface Stream {
  on(event: 'data', listener: (chunk: Buffer) => void): void
}
/** What reads the server's messages. */
interface Reader {
  readonly buffer: Buffer
  offset: number
  string(length: number): string
}

/**
 * A client of `pg` that gives text queries their text as it came: to decode a list of rows, to measure it and to encode
 * it again takes longer than all that Plinth does for its request, as soon as one letter is not of Latin-1.
 */
export class RawClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    const client = this as unknown as Inside
    const { connection } = client
    connection.givesRaw = true
    connection.attachListeners = (stream) => {
      const parser = new Parser()
      keepRaw((parser as unknown as { readonly reader: Reader }).reader, client)
      stream.on('data', (chunk) =>
        parser.parse(chunk, (message) =>
          connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message),
        ),
      )
    }
  }
}

/** Nothing but a row is read by this while a query is answered, and of an error the letters that name its fields. */
function keepRaw(reader: Reader, client: Inside): void {
  const decoded = reader.string.bind(reader)
  reader.string = (length) => {
    if (!(client._getActiveQuery() instanceof TextQuery)) return decoded(length)
    const start = reader.offset
    reader.offset += length
    return reader.buffer.toString('latin1', start, reader.offset)
  }
}
