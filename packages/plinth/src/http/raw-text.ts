/**
 * A text as it came from the server: the bytes of its UTF-8, each as one character. So it goes from one connection to
 * another without being decoded and encoded again, which would cost more than all else that is done to a long one.
 */
export class RawText {
  /** Its bytes, as `latin1` of Node writes them. */
  readonly latin1: string

  constructor(latin1: string) {
    this.latin1 = latin1
  }

  /** How many bytes. */
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

/** A text, read or not. */
export type Text = string | RawText
