import { fieldNamed, type PostgresPlace } from '../models/model-columns.ts'

/** The field of a request's body that stands behind a place in the database, if it can be told. */
export function fieldOf(place: PostgresPlace): string | undefined {
  // A table that is no model has no names of fields but its columns', as Drizzle writes them.
  return (
    fieldNamed(place) ??
    place.column?.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  )
}
