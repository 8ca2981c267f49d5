import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { addedMember } from '../constraints.ts'
import { columnPlan } from './column-plan.ts'
import { unknownTraits } from './column-traits.ts'
import { alwaysText } from './text-form.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A copy: a buffer of Node may be a part of a larger one, which would be kept in memory. */
const copied = (bytes: Uint8Array): Bytes => new Uint8Array(bytes)

/** Writes bytes as base64. */
export const bytesAsText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** Reads base64. */
export const bytesFromText = (text: string): Bytes => copied(Buffer.from(text, 'base64'))

const bytesColumn = customType<{ data: Uint8Array; driverData: Uint8Array | string }>({
  dataType: () => 'bytea',
  codec: 'bytea',
  toDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  fromDriver: (value) =>
    // in the JSON of related rows, Postgres writes `\x` and hexadecimal digits
    copied(typeof value === 'string' ? Buffer.from(value.replace(/^\\x/, ''), 'hex') : value),
})

const pattern = /^(?:[0-9a-zA-Z+/]{4})*(?:[0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$/

const randomBase64 = (random: RandomSource): string =>
  bytesAsText(Uint8Array.from({ length: random.int(0, 3) }, () => random.int(0, 255)))

const maxSizeOf = (schema: Parameters<typeof addedMember>[0]): number | undefined =>
  addedMember(schema, 'maxSize') as number | undefined

/** `base64()`: bytes, as a `Uint8Array` in the handler. */
export const bytes: ValueKind = {
  types: ['custom'],
  formats: ['bytes'],
  column: (schema) => {
    const most = maxSizeOf(schema)
    return columnPlan(bytesColumn, unknownTraits, {
      // the schema makes sure of the type
      defaultValue: (value) => String.raw`\x${Buffer.from(value as Uint8Array).toString('hex')}`,
      checks: most === undefined ? [] : [['max', (column) => `octet_length(${column}) <= ${most}`]],
    })
  },
  wire: alwaysText<Uint8Array>({ text: z.base64(), decode: bytesFromText, encode: bytesAsText }),
  jsonSchema: (json) =>
    void Object.assign(json, { type: 'string', format: 'base64', contentEncoding: 'base64' }),
  typescript: 'string',
  textFormats: [
    {
      name: 'base64',
      accepts: (text) => pattern.test(text),
      random: randomBase64,
      edges: ['', 'AA==', 'AA', 'A===', '-_8=', 'AAAA\n'],
    },
  ],
}
