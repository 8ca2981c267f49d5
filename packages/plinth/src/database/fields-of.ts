import { fieldsNamed, type PostgresPlace } from '../models/model-columns.ts'

/** The fields of a request's body that stand behind a place in the database, if they can be told. */
export function fieldsOf(place: PostgresPlace): readonly string[] {
  // A table that is no model has no names of fields but its columns', as Drizzle writes them.
  const known = fieldsNamed(place)
  if (known.length > 0 || place.column === undefined) return known
  return [place.column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())]
}
