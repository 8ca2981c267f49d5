import { and, asc, desc, eq, gt, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { HttpError, type RequestContext } from 'plinth'
import * as z from 'zod'

/** A page of rows, and the cursor of the next one: `null` on the last. */
export const pageOf = <S extends z.core.$ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

/** What a list is ordered by: `dueAt`, or `-dueAt` for downwards. */
export interface Order<F extends string = string> {
  readonly sort: string
  readonly field: F
  readonly down: boolean
}

/** 'dueAt' | '-dueAt' -> 'dueAt' */
type FieldOf<S extends string> = S extends `-${infer F}` ? F : S

export const orderOf = <S extends string>(sort: S): Order<FieldOf<S>> => ({
  sort,
  field: sort.replace(/^-/, '') as FieldOf<S>,
  down: sort.startsWith('-'),
})

interface Columns {
  readonly value: PgColumn
  readonly id: PgColumn
}

/** Rows in this order, those without a value last; the id decides between equals. */
export const orderBy = ({ down }: Order, { value, id }: Columns): SQL[] => {
  if (!down) return [asc(value), asc(id)]
  return [value.notNull ? desc(value) : sql`${value} desc nulls last`, desc(id)]
}

/** Where a page ended: the order it was in, the last row's value, and its id. */
const Cursor = z.tuple([z.string(), z.string().nullable(), z.uuid()])
const isText = (value: string) => value.isWellFormed() && !value.includes('\0')
/** Each date that a row can have is sent in one form only. */
const isDate = (value: string) =>
  z.iso.datetime({ precision: 3 }).safeParse(value).success && !value.startsWith('0000')

/** What comes after the cursor in this order. */
export function after(
  cursor: string | undefined,
  order: Order,
  { value, id }: Columns,
): SQL | undefined {
  if (cursor === undefined) return undefined
  const [sort, text, lastId] = decode(cursor)
  if (sort !== order.sort) throw badCursor()
  const beyond = order.down ? lt : gt
  if (text === null) {
    if (value.notNull) throw badCursor()
    return and(isNull(value), beyond(id, lastId))
  }
  const ofDates = value.getSQLType().startsWith('timestamp')
  if (!(ofDates ? isDate : isText)(text)) throw badCursor()
  const last = ofDates ? new Date(text) : text
  return or(beyond(value, last), and(eq(value, last), beyond(id, lastId)), isNull(value))
}

interface Asked {
  readonly limit: number
  readonly order: Order
}

/** Makes a page of what a query for one row more than the limit gave, and names the next one in `Link`. */
export function paged<R extends { id: string }>(
  rows: readonly (R & Record<string, unknown>)[],
  { limit, order }: Asked,
  { reply, request }: Pick<RequestContext, 'reply' | 'request'>,
): { items: R[]; next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items, next: null }
  const cursor = [order.sort, last[order.field], last.id]
  const next = Buffer.from(JSON.stringify(cursor)).toString('base64url')
  const url = new URL(request.url)
  url.searchParams.set('cursor', next)
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  return { items, next }
}

const badCursor = () =>
  new HttpError(422, '1 value is wrong', {
    errors: [
      {
        in: 'query',
        path: ['cursor'],
        message: 'It is no cursor of this list in this order: begin without one',
        code: 'invalid_cursor',
      },
    ],
  })

function decode(cursor: string): z.output<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw badCursor()
  }
}
