import type { PgCodecs } from 'drizzle-orm/pg-core'
import { readInstant } from '../../schemas/iso-text.ts'

/** How the text of each type is read as a `Date`. */
const readers = {
  timestamp: (text: string) => readInstant(`${text}+00`),
  timestamptz: readInstant,
  date: (text: string) => readInstant(`${text} 00:00:00+00`),
}

type Texts = readonly (string | null | Texts)[]
type Dates = (Date | null | Dates)[]

/** Reads a list of texts, of any depth. */
const listReader = (read: (text: string) => Date) => {
  const all = (texts: Texts): Dates =>
    texts.map((text) => {
      if (text === null) return null
      return typeof text === 'string' ? read(text) : all(text)
    })
  return all
}

/**
 * Replaces Drizzle's codecs for columns that are read as `Date`.
 *
 * Drizzle passes the text to `new Date()`, which guesses: `infinity` becomes the year 2000, the year 1 becomes 2001, and
 * a `null` in a list becomes 1970.
 */
export function withInstantCodecs(codecs: PgCodecs): PgCodecs {
  const made: Record<string, unknown> = { ...codecs }
  for (const [type, read] of Object.entries(readers)) {
    const list = listReader(read)
    made[type] = {
      ...codecs[type as keyof typeof readers],
      normalize: read,
      normalizeInJson: read,
      normalizeArray: list,
      normalizeArrayInJson: list,
    }
  }
  return made
}
