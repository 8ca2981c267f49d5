import type { PGlite } from '@electric-sql/pglite'
import { FatalError } from './fatal-error.ts'
import { complete, errorResponse, message, type ErrorFields } from './messages.ts'

/** Bytes that one COPY … FROM STDIN may have, because PGlite reads them from memory. */
const limit = 512 * 1024 * 1024

/** The data of a COPY … FROM STDIN. PGlite's Postgres cannot read from a client, so it reads a blob at the end. */
export class CopyIn {
  readonly #text: string
  #parts: Buffer<ArrayBuffer>[] = []
  #size = 0

  /** @param text - the statement, which reads `/dev/blob` */
  constructor(text: string) {
    this.#text = text
  }

  /** Adds the content of a CopyData message. */
  add(data: Buffer): void {
    this.#size += data.length
    if (this.#size > limit)
      throw new FatalError(
        '54000',
        `COPY sent more than ${limit / 1024 / 1024} MB to an embedded database: send it in several parts`,
      )
    // A copy, because the message is a part of a larger buffer.
    this.#parts.push(Buffer.from(data))
  }

  /** Runs the statement. Returns the response, and whether it is an error. */
  async run(pglite: PGlite): Promise<{ response: Buffer; hasFailed: boolean }> {
    const blob = new Blob(this.#parts)
    this.#parts = []
    try {
      const results = await pglite.exec(this.#text, { blob })
      return { response: complete(`COPY ${rowCountOf(results.at(-1))}`), hasFailed: false }
    } catch (error) {
      if (!isDatabaseError(error)) throw error
      return { response: errorResponse(error), hasFailed: true }
    }
  }
}

/** CopyInResponse. Without the number of columns, which clients do not need. */
export const copyInResponse = (isBinary: boolean): Buffer =>
  message('G', Buffer.from([isBinary ? 1 : 0, 0, 0]))

const rowCountOf = (result: { rowCount?: number; affectedRows?: number } | undefined): number =>
  result?.rowCount ?? result?.affectedRows ?? 0

const isDatabaseError = (error: unknown): error is ErrorFields & Error =>
  error instanceof Error && typeof (error as Partial<ErrorFields>).code === 'string'
