import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Acceptance } from './accepted.ts'
import { isCommonEra } from '../schemas/iso-text.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { wire } from '../schemas/wire.ts'

/** How deep a JSON value may nest: Postgres reads it by recursion, and so does nearly everyone else. */
const maxDepth = 256

const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
const isStorableKey = (key: string): boolean => key !== '__proto__' && isStorableText(key)

/** Whether JSON can hold a value and give it back, whatever stands in it. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Date) return isCommonEra(value)
  if (depth === 0) return false
  const items = value instanceof Set ? [...value] : Object.values(value)
  return (
    Object.keys(value).every(isStorableKey) && items.every((item) => isStorable(item, depth - 1))
  )
}

/** Whether a value is the same after it went to JSON and back: `z.union([z.string(), z.date()])` loses the date. */
function survives(schema: AnySchema, wired: AnySchema, value: unknown): boolean {
  const there = z.safeEncode(wired, value)
  // what the schema itself refuses was told already
  if (!there.success) return !z.safeParse(schema, value).success
  const back = z.safeDecode(wired, there.data)
  return back.success && isDeepStrictEqual(back.data, value)
}

/** What a jsonb column asks of a value. */
export function jsonAcceptance(schema: AnySchema): Acceptance {
  const storable = (value: unknown): boolean => isStorable(value, maxDepth)
  const same = (value: unknown): boolean => {
    const wired = wire(schema, 'json')
    return wired === schema || survives(schema, wired, value)
  }
  return {
    must: [
      [
        storable,
        `Invalid input: JSON may hold no NUL character, half of a surrogate pair, key "__proto__" or year outside 0001 to 9999, and nest ${maxDepth} levels`,
      ],
      [same, 'Invalid input: it would come back from JSON as another value'],
    ],
  }
}
