/** Where in the database an error happened, as far as Postgres says it. */
export interface DatabasePlace {
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** The field of a request's body that stands behind a place in the database, if it can be told. */
export function fieldOf(place: DatabasePlace): string | undefined {
  return place.column?.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
