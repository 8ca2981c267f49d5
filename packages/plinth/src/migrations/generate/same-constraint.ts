import { isDeepStrictEqual } from 'node:util'
import type { Entity } from './drizzle-kit.ts'

type Row = Readonly<Record<string, unknown>>
type Ids = readonly (readonly [from: readonly string[], to: readonly string[]])[]

/** Every text of a value, those that are names of columns also inside of expressions. */
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

/** Whether a constraint or an index says the same as an old one, but for its name and what was renamed under it. */
export function sameConstraint(old: Entity, now: Entity, renames: Ids): boolean {
  const row = old as unknown as Row
  const names = new Map<string, string>()
  const tables = renames.filter(([from]) => from.length === 2)
  const table = row['table'] as string
  const nowTable = tables.find(([from]) => from[1] === table)?.[1][1] ?? table
  for (const [from, to] of renames) {
    // Of a table: names by which it is referred to. Of a column: only in its own table.
    if (from.length < 3 || from[1] === nowTable) names.set(from.at(-1) ?? '', to.at(-1) ?? '')
  }
  const { name: _, nameExplicit: __, ...before } = renamed(row, names) as Row
  const { name: ___, nameExplicit: ____, ...after } = now as unknown as Row
  return isDeepStrictEqual(before, after)
}
