import { Client, type ClientConfig } from 'pg'
import { Parser } from 'pg-protocol/dist/parser.js'
import { TextQuery } from './text-query.ts'

/** The private parts of a client that its types leave out. */
interface RawParts {
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
/** The part of pg-protocol's parser that decodes texts. */
interface Reader {
  readonly buffer: Buffer
  offset: number
  string(length: number): string
}

// pg's types leave out everything private.
const partsOf = (client: object): RawParts => client as RawParts

// The reader is a private field of the parser.
const readerOf = (parser: object): Reader => (parser as { readonly reader: Reader }).reader

/**
 * A client of `pg` that leaves the text of text queries undecoded.
 *
 * To decode a list of rows, to measure it and to encode it again takes longer than everything Plinth does for its
 * request, as soon as one letter is outside Latin-1.
 */
export class RawClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    const parts = partsOf(this)
    const { connection } = parts
    connection.attachListeners = (stream) => {
      connection.givesRaw = true
      const parser = new Parser()
      keepRaw(readerOf(parser), () => parts._getActiveQuery() instanceof TextQuery)
      stream.on('data', (chunk) =>
        parser.parse(chunk, (message) =>
          connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message),
        ),
      )
    }
  }
}

/**
 * Makes a reader return texts undecoded, one character per byte, while `isRaw` is true.
 *
 * During a text query it reads nothing but the row, and the letters that name the fields of an error.
 */
function keepRaw(reader: Reader, isRaw: () => boolean): void {
  const decoded = reader.string.bind(reader)
  reader.string = (length) => {
    if (!isRaw()) return decoded(length)
    const start = reader.offset
    reader.offset += length
    return reader.buffer.toString('latin1', start, reader.offset)
  }
}

/** A DataRow message with one column, which holds the two bytes of "é". */
const row = Buffer.from([0x44, 0, 0, 0, 12, 0, 1, 0, 0, 0, 2, 0xc3, 0xa9])

/** Checks that the parser reads the columns of a row through its reader. */
export function readsRaw(): boolean {
  const parser = new Parser()
  keepRaw(readerOf(parser), () => true)
  let fields: unknown
  parser.parse(row, (message) => {
    fields = (message as { readonly fields?: readonly unknown[] }).fields?.[0]
  })
  return fields === '\u00c3\u00a9'
}
