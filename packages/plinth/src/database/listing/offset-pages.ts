import type { PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { fixName } from '../../schemas/names/apply-naming.ts'
import { invalidListing } from './listing-fields.ts'
import type { OffsetOption, OffsetOptions } from './offset-pages.types.ts'

/** The options of offset pages, with their defaults. */
export type OffsetPlan = Required<OffsetOptions>

const offsetOptions: OptionNames<OffsetOptions> = {
  parameter: true,
  items: true,
  total: true,
  max: true,
}

const isName = (name: string): boolean => /^[A-Za-z][\w-]*$/.test(name)

/**
 * Checks the `offset` of a listing; undefined for a listing with cursors.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two names are the same, or the bound is not a count
 */
export function offsetPlan(
  table: PgTable,
  where: string,
  option: OffsetOption | undefined,
): OffsetPlan | undefined {
  if (option === undefined) return undefined
  const given = option === true ? {} : option
  checkOptions(given, offsetOptions, `${where}: offset`)
  const { parameter = 'offset', items = 'items', total = 'total', max = 10_000 } = given
  for (const name of [parameter, items, total])
    if (!isName(name))
      throw invalidListing(table, `offset: "${name}" is not a name. Use letters, digits, _ and -`)
  if (items === total)
    throw invalidListing(table, `offset: the rows and their number are both named "${items}"`)
  if (!Number.isSafeInteger(max) || max < 0)
    throw invalidListing(table, `offset: max must be a number of rows, and not ${max}`)
  return { parameter, items, total, max }
}

/** The query parameter with the number of rows to skip. */
export const offsetParameter = ({ parameter, max }: OffsetPlan): Record<string, AnySchema> => ({
  [parameter]: fixName(
    z.int().min(0).max(max).default(0).meta({ description: 'The number of rows to skip.' }),
  ),
})

// Weak, by the listed schema: OpenAPI has one component per page, so all listings must share its schema.
const pages = new WeakMap<AnySchema, Map<string, z.ZodObject>>()

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** The schema of an offset page, named after its items. Listings of the same schema and names share it. */
export function offsetPageSchema(listed: AnySchema, { items, total }: OffsetPlan): z.ZodObject {
  const known = pages.get(listed) ?? new Map<string, z.ZodObject>()
  pages.set(listed, known)
  const names = `${items} ${total}`
  const found = known.get(names)
  if (found !== undefined) return found
  const page = z.object({
    [items]: z.array(listed),
    [total]: z.int().min(0).meta({ description: 'The number of rows on all pages.' }),
  })
  const name = z.globalRegistry.get(listed)?.id
  const kind = names === 'items total' ? 'Offset' : capital(items) + capital(total)
  if (name !== undefined) z.globalRegistry.add(page, { id: `${name}${kind}Page` })
  known.set(names, page)
  return page
}

/** A page of rows, and its place among all of them. */
interface PlacedRows {
  readonly rows: readonly object[]
  readonly limit: number
  readonly offset: number
  readonly total: number
}

/** Makes an offset page. `link` is called with the offset of the next page, if there is one that may be asked for. */
export function offsetPage(
  { items, total: totalName, max }: OffsetPlan,
  { rows, limit, offset, total }: PlacedRows,
  link: (next: number) => void,
): object {
  const next = offset + limit
  if (next < total && next <= max) link(next)
  return { [items]: rows, [totalName]: total }
}
