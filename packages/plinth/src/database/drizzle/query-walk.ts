import type { Param, SQL } from 'drizzle-orm'
import { chunkKindOf, chunkKinds, isSql } from './chunks.ts'
import type { ColumnCodecs, Encoder, QueryFields } from './query-config.ts'
import type { Trie, TrieNode } from './trie.ts'

// Marks in the trie that tell structures apart. Tables, columns and pieces of text stand for themselves.
const parameter = Symbol('a parameter')
const absent = Symbol('nothing')
const openSql = Symbol('sql(')
const openList = Symbol('list(')
const openFields = Symbol('fields(')
const close = Symbol(')')
const identifier = Symbol('a name')

/**
 * One walk through a query: follows its structure in the trie and collects its parameters.
 *
 * Each call of {@link SqlTextCache} has its own walk, because a column's function may build another query meanwhile.
 */
export class QueryWalk {
  readonly params: unknown[] = []
  readonly #trie: Trie
  readonly #codecs: ColumnCodecs
  #node: TrieNode | undefined

  constructor(trie: Trie, codecs: ColumnCodecs) {
    this.#trie = trie
    this.#codecs = codecs
    this.#node = trie.root
  }

  /** The node where the walk stands. Undefined once the query contains something the walk does not know. */
  get node(): TrieNode | undefined {
    return this.#node
  }

  giveUp(): undefined {
    this.#node = undefined
  }

  step(part: unknown): void {
    if (this.#node !== undefined) this.#node = this.#trie.step(this.#node, part)
  }

  /** Walks any piece of a query, in the order of Drizzle's `collectSQL`. */
  part(part: unknown): void {
    if (part === undefined) return this.step(absent)
    if (typeof part === 'function') return this.giveUp()
    if (part === null || typeof part !== 'object') return this.#param(part)
    switch (chunkKindOf(part)) {
      case chunkKinds.string:
        return this.step((part as { value: unknown }).value)
      case chunkKinds.sql:
        // `shouldInlineParams` is hidden by Drizzle's types.
        return this.#sql(part as SQL & { readonly shouldInlineParams: boolean })
      case chunkKinds.column:
      case chunkKinds.table:
        return this.step(part)
      case chunkKinds.param: {
        const { value, encoder } = part as Param
        return this.bound(value, encoder)
      }
      case chunkKinds.name:
        this.step(identifier)
        return this.step((part as { value: unknown }).value)
      default:
        return Array.isArray(part) ? this.list(part) : this.giveUp()
    }
  }

  list(list: readonly unknown[]): void {
    this.step(openList)
    for (const each of list) this.part(each)
    this.step(close)
  }

  fields(fields: QueryFields): void {
    this.step(openFields)
    for (const name in fields) {
      this.step(name)
      const field = fields[name]
      const isPlain = field !== null && typeof field === 'object' && field.constructor === Object
      if (isPlain) this.fields(field as QueryFields)
      else this.part(field)
    }
    this.step(close)
  }

  /** Walks a value that a column or an encoder writes, in the order of Drizzle's `collectBoundValue`. */
  bound(given: unknown, encoder: Encoder): void {
    let value = given
    const isColumn = chunkKindOf(encoder) === chunkKinds.column
    const codec = isColumn ? this.#codecs.codecsOf(encoder) : undefined
    // A cast around the parameter depends on the column.
    if (codec?.castParam) this.step(encoder)
    if (value !== null) {
      if (isSql(value)) return this.part(value)
      if (chunkKindOf(value) !== chunkKinds.other) return this.giveUp()
      if (!encoder.mapToDriverValue.isNoop) value = encoder.mapToDriverValue(value)
      if (isSql(value)) return this.part(value)
      if (chunkKindOf(value) !== chunkKinds.other) return this.giveUp()
      if (codec?.normalizeParam) value = codec.normalizeParam(value, encoder.dimensions)
    }
    this.#param(value)
  }

  #param(value: unknown): void {
    this.params.push(value)
    this.step(parameter)
  }

  #sql({ queryChunks, shouldInlineParams }: SQL & { readonly shouldInlineParams: boolean }): void {
    if (shouldInlineParams) return this.giveUp()
    this.step(openSql)
    for (let at = 0; at < queryChunks.length; at++) this.part(queryChunks[at])
    this.step(close)
  }
}
