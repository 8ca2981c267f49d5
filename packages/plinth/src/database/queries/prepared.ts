import { isDeepStrictEqual } from 'node:util'
import { Param, Placeholder, is } from 'drizzle-orm'
import type { Queryable } from '../database.ts'
import type { BuiltQuery } from './drizzle-query.ts'
import type { LazyQuery } from './one.ts'
import { PreparedQuery, type Variant } from './prepared-query.ts'
import type { Inputs, InputValues, StandIns } from './prepared.types.ts'
import { isItself, kindOf, standIn, standOf } from './stand-in.ts'
import type { AnyQueryable } from './typed-write.ts'

/** A query that is built once: called with a database, or a transaction, and its inputs. */
export type Prepared<I extends Inputs, R> = (
  db: AnyQueryable,
  inputs: InputValues<I>,
) => LazyQuery<R>

type Values = Readonly<Record<string, unknown>>

// What never agrees is an ordinary query each time: it has a piece of SQL in it that is made anew each time.
const mostDifferences = 20
/** Variants of a query: one for each set of inputs that are there, and of values that are few. */
const mostVariants = 100

/**
 * A query that is built once, and not for each request: for the few routes where even the microsecond or two count
 * that Drizzle takes to build one. What it gives is a lazy query like any other.
 *
 * While it is built, its inputs stand for values: they go where the values go. What is absent, null, empty, 0, a boolean
 * or of an enum is the value itself, so that conditions on those are right, and each combination is built once. What
 * stands for a text, a number or a date has no value yet: it must not be compared, by `===` or otherwise. With an input
 * of any other kind, as a list, it is an ordinary query. Only JSON that Postgres writes is run from what was built;
 * awaited, and with the fast path off, it is an ordinary query too.
 *
 * @param inputs - their schemas, which give the types; values are not checked a second time
 * @throws {PlinthError} `PLINTH_PREPARED_INVALID`, when it is called: the query uses an input as a value, as
 * `$.n * 2` or `$.text.length`
 * @see https://orm.drizzle.team/docs/perf-queries
 * @example
 * ```ts
 * import { desc, eq } from 'drizzle-orm'
 * import { createdAt, database, id, model, owner, prepared, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Note = model('notes', { id: id(), userId: owner(), createdAt: createdAt() })
 * const newest = prepared({ user: z.string(), limit: z.int() }, (on, $) =>
 *   on.select().from(Note).where(eq(Note.userId, $.user)).orderBy(desc(Note.createdAt)).limit($.limit))
 *
 * const notes = router('/notes', { dependencies: { db } })
 * export const list = notes.get('/:user', { response: z.array(Note) },
 *   ({ db, params }) => newest(db, { user: params.user, limit: 20 }))
 * ```
 */
export function prepared<const I extends Inputs, R>(
  inputs: I,
  build: (db: Queryable, inputs: StandIns<I>) => PromiseLike<R>,
): Prepared<I, R> {
  const plan = Object.entries(inputs).map(([name, schema]) => ({
    name,
    stand: standOf(schema),
    standIn: standIn(name),
  }))
  const isOrdinary = plan.some(({ stand }) => stand === 'never')
  const make = (db: AnyQueryable, values: Values): BuiltQuery =>
    build(db as Queryable, values as StandIns<I>) as unknown as BuiltQuery
  // By what writes the text: an embedded database and a server do it differently.
  const known = new WeakMap<object, Map<string, Variant>>()
  const variantOf = (db: AnyQueryable, values: Values): Variant | undefined => {
    if (isOrdinary) return undefined
    const { dialect } = db as unknown as { dialect: object }
    const variants = known.get(dialect) ?? new Map<string, Variant>()
    known.set(dialect, variants)
    let key = ''
    for (const { name, stand } of plan) key += kindOf(values[name], stand)
    let found = variants.get(key)
    if (found === undefined) {
      if (variants.size >= mostVariants) return undefined
      const given = plan.map((input) => {
        const value = values[input.name]
        return [input.name, isItself(value, input.stand) ? value : input.standIn]
      })
      variants.set(key, (found = variant(make(db, Object.fromEntries(given) as Values))))
    }
    if (!found.isSame && found.differed < mostDifferences) compare(found, make(db, values), values)
    return found
  }
  return (db, values) =>
    new PreparedQuery<R>({
      db,
      values,
      variantOf,
      build: make,
    })
}

/** Makes one of a query that was built with what stands for the inputs. */
function variant(query: BuiltQuery): Variant {
  const { sql, params } = query.toSQL(false)
  const slots = params.map(slot)
  return {
    query,
    sql,
    fill: (values) => slots.map((each) => each(values)),
    isSame: false,
    differed: 0,
  }
}

/** Trusts it once the ordinary query of a call is the same: some values are left out, as an offset of 0. */
function compare(prepared: Variant, ordinary: BuiltQuery, values: Values): void {
  const { sql, params } = ordinary.toSQL(false)
  const filled = prepared.fill(values)
  if (sql === prepared.sql && isDeepStrictEqual(params, filled)) prepared.isSame = true
  else prepared.differed++
}

type Slot = (values: Values) => unknown

/** What a parameter is, by the inputs: a placeholder has no column, or its column's way of writing values. */
function slot(param: unknown): Slot {
  if (is(param, Placeholder)) {
    const name = nameOf(param)
    return (values) => plain(values[name])
  }
  if (!is(param, Param) || !is(param.value, Placeholder)) return () => param
  const { encoder, codec } = param
  const name = nameOf(param.value)
  return (values) => {
    const written: unknown = encoder.mapToDriverValue(values[name])
    return codec === undefined ? written : (codec as (value: unknown) => unknown)(written)
  }
}

// Drizzle's type keeps it to subclasses.
const nameOf = (placeholder: unknown): string => (placeholder as { readonly name: string }).name

const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)
