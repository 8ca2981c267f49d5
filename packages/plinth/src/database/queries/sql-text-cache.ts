import { chunkKindOf, chunkKinds, type Column, entityKind, is, Param, Table } from 'drizzle-orm'
import { PgDeleteBase, PgInsertBase, PgSelectBase, PgUpdateBase } from 'drizzle-orm/pg-core'
import {
  columnsOf,
  insertableOf,
  makerOf,
  written,
  type BuiltQuery,
  type ColumnCodecs,
  type Encoder,
  type Fields,
  type Made,
  type QueryConfig,
} from './drizzle-query.ts'
import { TrieNode } from './trie-node.ts'

/** The text of a query, and what it is known by. */
export interface QueryText {
  readonly sql: string
  readonly params: unknown[]
  /** The same for all queries of one text and one selection, where that is known. */
  readonly place: object | undefined
}

// What a query is told apart by, besides its tables, columns and pieces of text.
const parameter = Symbol('a parameter')
const absent = Symbol('nothing')
const openSql = Symbol('sql(')
const openList = Symbol('list(')
const openFields = Symbol('fields(')
const openRow = Symbol('row(')
const close = Symbol(')')
const identifier = Symbol('a name')
const byDefault = Symbol('default')
const all = Symbol('*')
const returns = Symbol('returning')

// the instance's types are not asked for: to compare them costs the compiler as much as twenty routes
const isMade = (query: object, by: unknown): boolean =>
  is(query, by as { readonly [entityKind]: string; new (): object })

// Aliases and raw text made anew for each request lead to ever new places.
const mostPlaces = 50_000
const enoughAgreement = 4

/**
 * Texts of queries, by their structure: which tables, columns and pieces of SQL they are made of. To walk through a
 * query costs less than a fifth of having Drizzle write its text.
 *
 * A text is used once Drizzle has written the same with the same parameters in the same order. What is not known here
 * (subqueries, views, set operations) Drizzle writes each time.
 */
export class SqlTextCache {
  #root = new TrieNode()
  #count = 0
  #at = this.#root
  #params: unknown[] = []
  #lost = false
  readonly #codecs: ColumnCodecs
  /** How many texts were known. */
  hits = 0

  constructor(codecs: ColumnCodecs) {
    this.#codecs = codecs
  }

  /** What `query.toSQL(false)` gives. */
  textOf(query: BuiltQuery): QueryText {
    const { config } = query
    if (config === undefined) return { ...query.toSQL(false), place: undefined }
    this.#at = this.#root
    this.#params = []
    this.#lost = config.comment !== undefined || (config.withList?.length ?? 0) > 0
    const made = this.#query(query, config)
    const params = this.#params
    const place = this.#at
    if (this.#lost) return { ...query.toSQL(false), place: undefined }
    if (place.text !== undefined && place.agreed >= enoughAgreement) {
      this.hits++
      return { sql: place.text, params, place }
    }
    return this.#learn(query, { place, params, made })
  }

  /** Has Drizzle write it, and compares. */
  #learn(
    query: BuiltQuery,
    { place, params, made }: { place: TrieNode; params: unknown[]; made: Made },
  ): QueryText {
    const real = written(query, made)
    if (place.differs) return { ...real, place: undefined }
    if (!isSame(params, real.params) || (place.text ?? real.sql) !== real.sql) {
      place.differs = true
      place.agreed = 0
      place.text = undefined
      return { ...real, place: undefined }
    }
    place.text = real.sql
    // Parameters that are equal say nothing of their order.
    place.agreed += new Set(params).size === params.length ? enoughAgreement : 1
    return { ...real, place }
  }

  #query(query: BuiltQuery, config: QueryConfig): Made {
    if (isMade(query, PgSelectBase)) this.#select(query, config)
    else if (isMade(query, PgInsertBase)) return this.#insert(config)
    else if (isMade(query, PgUpdateBase)) return this.#update(config)
    else if (isMade(query, PgDeleteBase)) this.#delete(config)
    else this.#lost = true
    return undefined
  }

  #step(part: unknown): void {
    if (this.#lost) return
    const next = this.#at.get(part)
    if (next !== undefined) {
      this.#at = next
      return
    }
    if (this.#count++ >= mostPlaces) {
      this.#root = new TrieNode()
      this.#count = 0
      this.#lost = true
      return
    }
    this.#at = this.#at.add(part)
  }

  #param(value: unknown): void {
    this.#params.push(value)
    this.#step(parameter)
  }

  #select(query: BuiltQuery, config: QueryConfig): void {
    const { table, distinct } = config
    if ((config.setOperators?.length ?? 0) > 0 || config.lockingClause || !is(table, Table)) {
      this.#lost = true
      return
    }
    this.#step('select')
    this.#step(table)
    if (distinct === true) this.#step(distinct)
    else if (distinct) this.#list(distinct.on)
    if (query.isPartialSelect) this.#fields(config.fields ?? {})
    else this.#step(all)
    if (config.joins !== undefined && config.joins.length > 0) this.#joins(config.joins)
    this.#part(config.where)
    this.#part(config.groupBy)
    this.#part(config.having)
    this.#part(config.orderBy)
    // Drizzle leaves out a limit below 0, and an offset of 0.
    const { limit, offset } = config
    this.#part(typeof limit === 'number' && limit < 0 ? undefined : limit)
    this.#part(offset || undefined)
  }

  #joins(joins: NonNullable<QueryConfig['joins']>): void {
    for (const join of joins) {
      if (!is(join.table, Table)) this.#lost = true
      this.#step(join.joinType)
      this.#step(join.lateral)
      this.#step(join.table)
      this.#part(join.on)
    }
  }

  #insert(config: QueryConfig): Made {
    const { table, values } = config
    if (config.select || config.columnList || config.overridingSystemValue_ || !values) {
      this.#lost = true
      return undefined
    }
    this.#step('insert')
    this.#step(table)
    const columns = insertableOf(table)
    let made: Record<string, unknown>[] | undefined
    for (let at = 0; at < values.length; at++) {
      const row = values[at]!
      this.#step(openRow)
      for (const { name, column } of columns) {
        let value = row[name]
        if (value === undefined) {
          const make = makerOf(column)
          if (make === undefined) {
            this.#step(byDefault)
            continue
          }
          // Made once: Drizzle finds it among the values.
          value = make()
          made ??= values.map((each) => ({ ...each }))
          made[at]![name] = value
        }
        if (chunkKindOf(value) === chunkKinds.sql) this.#part(value)
        else this.#bound(value, column)
      }
    }
    this.#part(config.onConflict)
    this.#returning(config)
    return made && { values: made }
  }

  #update(config: QueryConfig): Made {
    const { table, set = {} } = config
    if (config.from || (config.joins?.length ?? 0) > 0) {
      this.#lost = true
      return undefined
    }
    this.#step('update')
    this.#step(table)
    let made: Record<string, unknown> | undefined
    const columns = columnsOf(table)
    for (const name in columns) {
      let value = set[name]
      if (value === undefined) {
        const column = columns[name]!
        if (column.onUpdateFn === undefined) continue
        const update: unknown = column.onUpdateFn()
        value = chunkKindOf(update) === chunkKinds.sql ? update : new Param(update, column)
        made ??= { ...set }
        made[name] = value
      }
      this.#step(name)
      this.#part(value)
    }
    this.#part(config.where)
    this.#returning(config)
    return made && { set: made }
  }

  #delete(config: QueryConfig): void {
    this.#step('delete')
    this.#step(config.table)
    this.#part(config.where)
    this.#returning(config)
  }

  #returning({ returning }: QueryConfig): void {
    if (returning === undefined) return
    this.#step(returns)
    for (const { path, field } of returning) {
      for (const name of path) this.#step(name)
      this.#part(field)
    }
  }

  #fields(fields: Fields): void {
    this.#step(openFields)
    for (const name in fields) {
      this.#step(name)
      const field = fields[name]
      const isPlain = field !== null && typeof field === 'object' && field.constructor === Object
      if (isPlain) this.#fields(field as Fields)
      else this.#part(field)
    }
    this.#step(close)
  }

  #list(list: readonly unknown[]): void {
    this.#step(openList)
    for (const each of list) this.#part(each)
    this.#step(close)
  }

  /** A piece of SQL, as Drizzle's `collectSQL` takes it. */
  #part(part: unknown): void {
    if (part === undefined) return this.#step(absent)
    if (typeof part === 'function') return this.#lose()
    if (part === null || typeof part !== 'object') return this.#param(part)
    switch (chunkKindOf(part)) {
      case chunkKinds.string:
        return this.#step((part as { value: unknown }).value)
      case chunkKinds.sql:
        return this.#sql(part as { queryChunks: unknown[]; shouldInlineParams: boolean })
      case chunkKinds.column:
      case chunkKinds.table:
        return this.#step(part)
      case chunkKinds.param: {
        const { value, encoder } = part as Param
        return this.#bound(value, encoder)
      }
      case chunkKinds.name:
        this.#step(identifier)
        return this.#step((part as { value: unknown }).value)
      default:
        return Array.isArray(part) ? this.#list(part) : this.#lose()
    }
  }

  #sql(part: { readonly queryChunks: readonly unknown[]; readonly shouldInlineParams: boolean }) {
    if (part.shouldInlineParams) return this.#lose()
    this.#step(openSql)
    const { queryChunks } = part
    for (let at = 0; at < queryChunks.length; at++) this.#part(queryChunks[at])
    this.#step(close)
  }

  /** A value for a column, as Drizzle's `collectBoundValue` takes it. */
  #bound(given: unknown, encoder: Encoder): void {
    let value = given
    const isColumn = chunkKindOf(encoder) === chunkKinds.column
    const codec = isColumn ? this.#codecs.codecsOf(encoder as unknown as Column) : undefined
    // The text then depends on the column.
    if (codec?.castParam) this.#step(encoder)
    if (value !== null) {
      if (chunkKindOf(value) === chunkKinds.sql) return this.#part(value)
      if (chunkKindOf(value) !== chunkKinds.other) return this.#lose()
      if (!encoder.mapToDriverValue.isNoop) value = encoder.mapToDriverValue(value)
      const kind = chunkKindOf(value)
      if (kind === chunkKinds.sql) return this.#part(value)
      if (kind !== chunkKinds.other) return this.#lose()
      if (codec?.normalizeParam) value = codec.normalizeParam(value, encoder.dimensions)
    }
    this.#param(value)
  }

  #lose(): void {
    this.#lost = true
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => Object.is(value, b[at]) || isEqual(value, b[at]))

/** Objects that were made twice of one value. */
const isEqual = (a: unknown, b: unknown): boolean =>
  typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b)
