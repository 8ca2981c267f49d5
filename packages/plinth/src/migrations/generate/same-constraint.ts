import { isDeepStrictEqual } from 'node:util'
import type { Entity, Snapshot } from './drizzle-kit.ts'

type Row = Readonly<Record<string, unknown>>
type Ids = readonly (readonly [from: readonly string[], to: readonly string[]])[]

/** A value with renamed names in its strings, also in quotes inside expressions. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, names))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, names)]))
  if (typeof value !== 'string') return value
  const whole = names.get(value)
  if (whole !== undefined) return whole
  return value.replaceAll(/"([^"]+)"/g, (text, name: string) => {
    const other = names.get(name)
    return other === undefined ? text : `"${other}"`
  })
}

/** Returns true if a constraint or index equals an old one, apart from its name and known renames. */
export function sameConstraint(old: Entity, now: Entity, renames: Ids): boolean {
  const row: Row = { ...old }
  const names = new Map<string, string>()
  const tables = renames.filter(([from]) => from.length === 2)
  const table = row['table'] as string
  const nowTable = tables.find(([from]) => from[1] === table)?.[1][1] ?? table
  for (const [from, to] of renames) {
    // A table's name applies everywhere, a column's only in its table.
    if (from.length < 3 || from[1] === nowTable) names.set(from.at(-1) ?? '', to.at(-1) ?? '')
  }
  const { name: _, nameExplicit: __, ...before } = renamed(row, names) as Row
  const { name: ___, nameExplicit: ____, ...after } = { ...now } as Row
  return isDeepStrictEqual(before, after)
}

/** The state without unique constraints over the primary key's columns, which CREATE TABLE leaves out. */
export function withoutDoubledUniques(state: Snapshot): Snapshot {
  const keys = new Set(
    state.ddl.flatMap((one) =>
      one.entityType === 'pks' ? JSON.stringify([one.schema, one.table, one.columns]) : [],
    ),
  )
  const isDoubled = (one: Entity): boolean =>
    one.entityType === 'uniques' && keys.has(JSON.stringify([one.schema, one.table, one.columns]))
  return { ...state, ddl: state.ddl.filter((one) => !isDoubled(one)) }
}

/** The state with names that drizzle-kit does not take for derived ones, so a rename of the table renames them too. */
export const withExplicitNames = (state: Snapshot): Snapshot => ({
  ...state,
  ddl: state.ddl.map((one) => ('nameExplicit' in one ? { ...one, nameExplicit: true } : one)),
})
