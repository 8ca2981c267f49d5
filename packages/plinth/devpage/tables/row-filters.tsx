import { useSignal } from '@preact/signals'
import type { ShownTable } from '../../src/devtools/tables/shown-table.types.ts'
import { goTo, linkTo, place } from '../router.ts'

/** The operators by the name that the server knows. */
const operators: readonly (readonly [name: string, words: string])[] = [
  ['contains', 'contains'],
  ['eq', '='],
  ['ne', '≠'],
  ['lt', '<'],
  ['lte', '≤'],
  ['gt', '>'],
  ['gte', '≥'],
  ['null', 'is null'],
  ['notnull', 'is not null'],
]
const withoutValue = (operator: string): boolean => ['null', 'notnull'].includes(operator)

/** A filter as it stands in the address and is sent: `title:contains:milk`. */
export const filterText = (column: string, operator: string, value: string): string =>
  [encodeURIComponent(column), operator, value].join(':')

function inWords(text: string): string {
  const [column = '', operator = '', ...value] = text.split(':')
  const [, words = operator] = operators.find(([name]) => name === operator) ?? []
  return [
    decodeURIComponent(column),
    words,
    ...(withoutValue(operator) ? [] : [value.join(':')]),
  ].join(' ')
}

/** Goes to the first page of the same table with these filters. */
function filterBy(table: ShownTable, filters: readonly string[]): void {
  const { query } = place.peek()
  const next = new URLSearchParams(query.get('sort') === null ? [] : [['sort', query.get('sort')!]])
  for (const filter of filters) next.append('filter', filter)
  goTo(linkTo(['tables', table.id], next))
}

/** The filters of the rows: a form that adds one, and those that apply. They are in the address. */
export function RowFilters({ table }: { readonly table: ShownTable }) {
  const columns = table.columns.filter(({ isSecret }) => !isSecret)
  const column = useSignal(columns[0]?.name ?? '')
  const operator = useSignal('contains')
  const value = useSignal('')
  const filters = place.value.query.getAll('filter')
  const add = (event: Event): void => {
    event.preventDefault()
    filterBy(table, [...filters, filterText(column.value, operator.value, value.value)])
    value.value = ''
  }
  return (
    <search aria-label={`Filter ${table.id}`}>
      <form class="filters" onSubmit={add}>
        <select
          class="input choice"
          aria-label="Column"
          value={column.value}
          onChange={({ currentTarget }) => (column.value = currentTarget.value)}
        >
          {columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select
          class="input choice"
          aria-label="Operator"
          value={operator.value}
          onChange={({ currentTarget }) => (operator.value = currentTarget.value)}
        >
          {operators.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
        {!withoutValue(operator.value) && (
          <input
            class="input filter-text"
            aria-label="Value"
            placeholder="Value"
            value={value.value}
            onInput={({ currentTarget }) => (value.value = currentTarget.value)}
          />
        )}
        <button type="submit" class="button">
          Filter
        </button>
      </form>
      <AppliedFilters table={table} filters={filters} />
    </search>
  )
}

function AppliedFilters(props: {
  readonly table: ShownTable
  readonly filters: readonly string[]
}) {
  const { table, filters } = props
  if (filters.length === 0) return null
  return (
    <ul class="chips" aria-label="Filters that apply">
      {filters.map((filter, at) => (
        <li key={filter} class="chip">
          <code>{inWords(filter)}</code>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Remove the filter ${inWords(filter)}`}
            onClick={() => filterBy(table, filters.toSpliced(at, 1))}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  )
}
