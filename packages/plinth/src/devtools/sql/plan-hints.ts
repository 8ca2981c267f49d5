import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import { removedBy, textOf, type RawNode } from './plan-node.ts'
import type { PlanHint } from './sql.types.ts'

/** The rows that a sequential scan reads from which on an index is worth it. */
const manyRows = 1000
/** The share of the rows that a filter keeps up to which an index helps. */
const fewKept = 0.2

/** Advises an index where a plan reads a whole table to keep few of its rows. */
export function planHints(raw: RawNode, sortedBy: readonly string[] = []): PlanHint[] {
  const below = raw.Plans ?? []
  const sorts = sortedBy.length > 0 ? sortedBy : sortKeys(raw)
  const own = raw['Node Type'] === 'Seq Scan' ? scanHint(raw, sorts) : []
  return [...own, ...below.flatMap((each) => planHints(each, below.length === 1 ? sorts : []))]
}

function scanHint(raw: RawNode, sorts: readonly string[]): PlanHint[] {
  const kept = Number(raw['Actual Rows'] ?? raw['Plan Rows'] ?? 0)
  const read = raw['Actual Rows'] === undefined ? Number.NaN : kept + removedBy(raw)
  const table = textOf(raw, 'Relation Name')
  const filter = textOf(raw, 'Filter')
  // Without an analysis, the number of rows that are read is unknown: the filter alone counts.
  const isWorthIt = Number.isNaN(read)
    ? filter !== '' && kept > 0
    : read > manyRows && kept <= read * fewKept
  const isSorted = filter === '' && sorts.length > 0 && read > manyRows
  if (!isWorthIt && !isSorted) return []
  const columns = [...new Set([...equalColumns(filter), ...rangeColumns(filter), ...sorts])]
  const count = Number.isNaN(read)
    ? `It reads the whole table "${table}"`
    : `It reads ${read.toLocaleString('en-US')} rows of "${table}" to keep ${kept.toLocaleString('en-US')}`
  if (columns.length === 0) return [{ text: `${count}.` }]
  const list = columns.map(quoteIdentifier).join(', ')
  return [
    {
      text: `${count}: an index on ${list} would find them.${declared(columns)}`,
      statement: `create index on ${quoteIdentifier(table)} (${list});`,
    },
  ]
}

/** How a model declares the index. */
const declared = ({ length }: readonly string[]): string =>
  length === 1 ? ' In the model: field(…, { index: true }), then plinth db generate.' : ''

const column = String.raw`\(?(?:"?\w+"?\.)?"?(\w+)"?\)?(?:::[\w ]+)?`

/** Columns that are compared with `=`: they come first in an index. */
const equalColumns = (filter: string): string[] =>
  [...filter.matchAll(new RegExp(String.raw`${column} = `, 'g'))].flatMap(([, name]) => name ?? [])

/** The first column that is compared with `<` or `>`: after it, an index helps no more. */
const rangeColumns = (filter: string): string[] =>
  [...filter.matchAll(new RegExp(String.raw`${column} (?:<|>)=? `, 'g'))]
    .flatMap(([, name]) => name ?? [])
    .slice(0, 1)

/** The columns of a sort, if they are plain ones. */
function sortKeys(raw: RawNode): string[] {
  const keys = raw['Sort Key']
  if (!Array.isArray(keys)) return []
  const plain = keys.map((key) => /^(?:\w+\.)?(\w+)(?: DESC| ASC)?$/.exec(String(key))?.[1])
  return plain.flatMap((name) => name ?? [])
}
