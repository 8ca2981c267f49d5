import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  canonicalDatetime,
  canonicalTime,
  readInstant,
  type Precision,
} from '../schemas/iso-text.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { definitionOf, some } from '../schemas/rewrite.ts'
import { wire } from '../schemas/wire.ts'

// JavaScript's dates have milliseconds; a microsecond that a cursor cannot name would hide rows from its next page
const instant = 'timestamp (3) with time zone'
const asText = 'timestamptz:string'

/** An instant, to the millisecond, as a Date; Drizzle's own column reads the year 1 as 2001. */
export const instantColumn = customType<{ data: Date; driverData: string }>({
  dataType: () => instant,
  codec: asText,
  toDriver: (date) => date.toISOString(),
  fromDriver: readInstant,
})

interface Text {
  data: string
  driverData: string
}

/** Postgres writes `2026-01-02 02:04:05+00`, which is not what `z.iso.datetime()` means. */
export const isoDatetimeColumn = (precision: Precision) =>
  customType<Text>({
    dataType: () => instant,
    codec: asText,
    fromDriver: (text) => canonicalDatetime(readInstant(text), precision),
  })

/** A time of day with as many digits as the schema asks for, where Postgres leaves out zeros at the end. */
export const isoTimeColumn = (precision: Precision) =>
  customType<Text>({
    dataType: () => 'time',
    codec: 'time',
    fromDriver: (text) => canonicalTime(text, precision),
  })

const isDefault = (schema: AnySchema): boolean => {
  const { type } = definitionOf(schema)
  return type === 'default' || type === 'prefault'
}

/** A value as JSON, what JSON cannot hold as it goes over the wire. */
export function jsonColumn(schema: AnySchema) {
  // at the first use: a lazy schema may name what is declared after the model
  let found: AnySchema | undefined
  const stored = (): AnySchema => (found ??= wire(schema, 'json'))
  const same = (): boolean => stored() === schema
  let fills: boolean | undefined
  /** A default that was added later stands for what older rows lack; a row that fits nothing is left as it is. */
  const filled = (value: unknown): unknown => {
    if (!(fills ??= some(schema, isDefault))) return value
    const result = z.safeParse(schema, value)
    return result.success ? result.data : value
  }
  return customType<{ data: unknown; driverData: unknown }>({
    dataType: () => 'jsonb',
    toDriver: (value) => JSON.stringify(same() ? value : z.encode(stored(), value)),
    fromDriver: (value) => (same() ? filled(value) : z.decode(stored(), value)),
  })
}
