import type {
  Cell,
  RowPage,
  ShownColumn,
  ShownRow,
  ShownTable,
} from '../../src/devtools/tables/shown-table.types.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { count } from '../parts/format.ts'
import { SplitPane } from '../parts/split-pane.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place } from '../router.ts'
import { filterText, RowFilters } from './row-filters.tsx'
import { RowEditor } from './row-editor.tsx'

/** The part of the address that the rows depend on. */
function rowsPath(id: string): string {
  const { query } = place.value
  const asked = new URLSearchParams([...query].filter(([name]) => name !== 'key'))
  return `/tables/${encodeURIComponent(id)}/rows?${asked}`
}

/** The rows of a table, and one of them to edit, or a new one. */
export function RowsView({ id, mode }: { readonly id: string; readonly mode: string | undefined }) {
  const { data, error, reload } = useData<RowPage>(rowsPath(id))
  const { query } = place.value
  const key = query.get('key')
  const back = linkTo(['tables', id], without(query, 'key'))
  const isOpen = mode === 'new' || (mode === 'row' && key !== null)
  const table = data?.table
  return (
    <SplitPane
      label={mode === 'new' ? 'New row' : 'Row'}
      back={back}
      list={
        <>
          <nav class="crumbs" aria-label="Tables">
            <a href={linkTo(['tables'])}>All tables</a>
          </nav>
          {error !== undefined && <ErrorState error={error} />}
          {data === undefined && error === undefined && <Loading />}
          {data !== undefined && <Rows page={data} current={key} />}
        </>
      }
      detail={
        isOpen && table !== undefined ? (
          <RowEditor
            key={key ?? 'new'}
            table={table}
            rowKey={mode === 'new' ? undefined : (key ?? undefined)}
            onChange={reload}
            back={back}
          />
        ) : undefined
      }
    />
  )
}

const without = (query: URLSearchParams, name: string): URLSearchParams =>
  new URLSearchParams([...query].filter(([each]) => each !== name))

const withQuery = (query: URLSearchParams, name: string, value: string): URLSearchParams => {
  const next = without(query, name)
  if (value !== '') next.set(name, value)
  return next
}

function Rows({ page, current }: { readonly page: RowPage; readonly current: string | null }) {
  const { table, rows, offset, hasMore } = page
  const { query } = place.value
  const to = (at: number): string =>
    linkTo(['tables', table.id], withQuery(query, 'offset', at === 0 ? '' : String(at)))
  const range =
    rows.length === 0 ? 'No rows' : `Rows ${count(offset + 1)} to ${count(offset + rows.length)}`
  return (
    <>
      <ViewHead
        title={table.id}
        actions={
          <a class="button button-small" href={linkTo(['tables', table.id, 'new'], query)}>
            Insert a row
          </a>
        }
      >
        {range}
        {hasMore && ', and more'}
        {table.key.length === 0 && '. Without a primary key, rows cannot be changed here'}
      </ViewHead>
      <RowFilters table={table} />
      {rows.length === 0 ? (
        <EmptyState title="No rows">
          {query.has('filter') && <a href={linkTo(['tables', table.id])}>Show all rows</a>}
        </EmptyState>
      ) : (
        <RowTable table={table} rows={rows} current={current} />
      )}
      <div class="pager">
        {offset > 0 && (
          <a class="button button-small" href={to(Math.max(0, offset - 50))}>
            Previous
          </a>
        )}
        {hasMore && (
          <a class="button button-small" href={to(offset + rows.length)}>
            Next
          </a>
        )}
        <details class="pager-sql">
          <summary>Statement</summary>
          <CodeBlock label="Statement" text={page.statement} />
        </details>
      </div>
    </>
  )
}

function RowTable(props: {
  readonly table: ShownTable
  readonly rows: readonly ShownRow[]
  readonly current: string | null
}) {
  const { table, rows, current } = props
  const { query } = place.value
  const canOpen = (row: ShownRow): boolean => Object.keys(row.key).length > 0
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={`Rows of ${table.id}`}>
      <table class="table data-table">
        <thead>
          <tr>
            {table.key.length > 0 && (
              <th scope="col">
                <span class="visually-hidden">Edit</span>
              </th>
            )}
            {table.columns.map((column) => (
              <SortedHeading key={column.name} table={table} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => {
            const key = JSON.stringify(row.key)
            return (
              <tr key={canOpen(row) ? key : at} class={key === current ? 'row row-current' : 'row'}>
                {table.key.length > 0 && (
                  <td>
                    {canOpen(row) && (
                      <a
                        href={linkTo(['tables', table.id, 'row'], withQuery(query, 'key', key))}
                        aria-label={`Edit the row ${Object.values(row.key).join(', ')}`}
                      >
                        Edit
                      </a>
                    )}
                  </td>
                )}
                {table.columns.map((column, index) => (
                  <td key={column.name}>
                    <CellView table={table} row={row} at={index} />
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function SortedHeading({
  table,
  column,
}: {
  readonly table: ShownTable
  readonly column: ShownColumn
}) {
  const { query } = place.value
  const sort = query.get('sort') ?? ''
  const isUp = sort === column.name
  const isDown = sort === `-${column.name}`
  const next = isUp ? `-${column.name}` : isDown ? '' : column.name
  const state = isUp ? 'ascending' : isDown ? 'descending' : 'none'
  const name = (
    <>
      {column.name}
      {isUp && <span aria-hidden="true"> ↑</span>}
      {isDown && <span aria-hidden="true"> ↓</span>}
    </>
  )
  return (
    <th scope="col" aria-sort={state} title={column.type}>
      {column.isSecret ? (
        name
      ) : (
        <a
          class="sort"
          href={linkTo(['tables', table.id], without(withQuery(query, 'sort', next), 'offset'))}
        >
          {name}
        </a>
      )}
    </th>
  )
}

const textOf = (cell: Cell): string | null => (typeof cell === 'string' ? cell : null)

/** The address of the row that a value refers to. */
function targetOf(table: ShownTable, row: ShownRow, at: number): string | undefined {
  const name = table.columns[at]?.name
  const reference = table.references.find(({ columns }) => columns[0]?.own === name)
  if (reference === undefined) return undefined
  const filters = new URLSearchParams()
  for (const { own, target } of reference.columns) {
    const value = textOf(row.cells[table.columns.findIndex((one) => one.name === own)] ?? null)
    if (value === null) return undefined
    filters.append('filter', filterText(target, 'eq', value))
  }
  return linkTo(['tables', reference.table], filters)
}

function CellView(props: {
  readonly table: ShownTable
  readonly row: ShownRow
  readonly at: number
}) {
  const cell = props.row.cells[props.at] ?? null
  if (cell === null) return <span class="muted">null</span>
  if (typeof cell === 'object' && 'masked' in cell)
    return (
      <span class="muted" title="Masked">
        <span aria-hidden="true">••••••</span>
        <span class="visually-hidden">masked</span>
      </span>
    )
  const text = typeof cell === 'string' ? cell : `${cell.part}…`
  if (text === '') return <span class="muted">empty</span>
  const link = targetOf(props.table, props.row, props.at)
  return link === undefined ? (
    <span class="cell" title={text}>
      {text}
    </span>
  ) : (
    <a class="cell" href={link}>
      {text}
    </a>
  )
}
