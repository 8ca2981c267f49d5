import {
  writeSql,
  type BuiltQuery,
  type ColumnCodecs,
  type GeneratedValues,
} from './query-config.ts'
import { QueryWalk } from './query-walk.ts'
import { Trie, type TrieNode } from './trie.ts'
import { walkStatement } from './walk-statement.ts'

/** The SQL text of a query, and the trie node it was found at. */
export interface QueryText {
  readonly sql: string
  readonly params: unknown[]
  /** The same for every query of one text and one selection. Undefined where the structure is not known. */
  readonly node: TrieNode | undefined
}

const enoughAgreement = 4

/**
 * A cache of SQL texts, keyed by the structure of a query: its tables, columns and pieces of SQL.
 *
 * To walk through a query costs less than a fifth of having Drizzle write its text. A cached text is used only after
 * Drizzle has written the same text with the same parameters in the same order. Structures the walk does not know
 * (subqueries, views, set operations) are written by Drizzle every time.
 */
export class SqlTextCache {
  readonly #trie = new Trie()
  readonly #codecs: ColumnCodecs
  /** How many texts came from the cache. */
  hits = 0

  constructor(codecs: ColumnCodecs) {
    this.#codecs = codecs
  }

  /** Returns the same as `query.toSQL(false)`. */
  textOf(query: BuiltQuery): QueryText {
    const walk = new QueryWalk(this.#trie, this.#codecs)
    const generated = walkStatement(walk, query)
    const { node, params } = walk
    if (node === undefined) return { ...query.toSQL(false), node }
    if (node.text === undefined || node.agreed < enoughAgreement)
      return learn(query, { node, params, generated })
    this.hits++
    return { sql: node.text, params, node }
  }
}

interface Walked {
  readonly node: TrieNode
  readonly params: unknown[]
  readonly generated: GeneratedValues
}

/** Has Drizzle write the query, and compares the result with the walk. */
function learn(query: BuiltQuery, { node, params, generated }: Walked): QueryText {
  const real = writeSql(query, generated)
  if (node.differs) return { ...real, node: undefined }
  if (!isSame(params, real.params) || (node.text ?? real.sql) !== real.sql) {
    node.differs = true
    node.agreed = 0
    node.text = undefined
    return { ...real, node: undefined }
  }
  node.text = real.sql
  // Parameters that are equal prove nothing about their order.
  node.agreed += new Set(params).size === params.length ? enoughAgreement : 1
  return { ...real, node }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => Object.is(value, b[at]) || isEqual(value, b[at]))

/** Compares objects that were encoded twice from one value. */
const isEqual = (a: unknown, b: unknown): boolean =>
  typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b)
