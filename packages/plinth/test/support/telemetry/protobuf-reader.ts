/** A field of a protobuf message: a number, or bytes. */
export interface ProtobufField {
  readonly number: number
  readonly value: bigint | Uint8Array
}

/**
 * Reads the fields of a protobuf message, in their order.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const readInteger = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length))
  while (at < bytes.length) {
    const tag = Number(readInteger())
    const number = tag >> 3
    const kind = tag & 7
    if (kind === 0) yield { number, value: readInteger() }
    else if (kind === 1) yield { number, value: take(8) }
    else if (kind === 2) yield { number, value: take(Number(readInteger())) }
    else if (kind === 5) yield { number, value: take(4) }
    else throw new Error(`the wire type ${kind} is not one of protobuf 3`)
  }
}
