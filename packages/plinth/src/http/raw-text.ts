/**
 * A text in UTF-8 that was not decoded: each byte is one character.
 *
 * It goes from the database's connection to the client's without being decoded and encoded, which would cost more than
 * everything else that is done to a long text.
 */
export class RawText {
  /** Its bytes as a string in Node's `latin1`. */
  readonly latin1: string

  constructor(latin1: string) {
    this.latin1 = latin1
  }

  /** The number of bytes. */
  get length(): number {
    return this.latin1.length
  }

  get bytes(): Buffer<ArrayBuffer> {
    return Buffer.from(this.latin1, 'latin1')
  }

  toString(): string {
    return this.bytes.toString()
  }
}

/** A text, decoded or not. */
export type Text = string | RawText
