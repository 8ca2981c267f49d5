import { mostCounted, type TableSummary } from '../../src/devtools/tables/shown-table.types.ts'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { count, counted } from '../parts/format.ts'
import { Table, type Column } from '../parts/table.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place } from '../router.ts'
import { RowsView } from './rows-view.tsx'

const columns: readonly Column<TableSummary>[] = [
  {
    title: 'Table',
    isWide: true,
    cell: ({ id }) => (
      <a class="row-link" href={linkTo(['tables', id])}>
        {id}
      </a>
    ),
  },
  { title: 'Columns', cell: (table) => table.columns, isNumber: true },
  { title: 'Rows', cell: ({ rows }) => <Rows rows={rows} />, isNumber: true },
]

const Rows = ({ rows }: { readonly rows: number | null }) => {
  if (rows === null) return <span class="muted">–</span>
  return <>{rows > mostCounted ? `over ${count(mostCounted)}` : count(rows)}</>
}

/** The tables of the database, or the rows of one. */
export function TablesView() {
  const [id, mode] = place.value.rest
  return id === undefined ? <TableList /> : <RowsView id={id} mode={mode} key={id} />
}

function TableList() {
  const { data, error, reload } = useData<readonly TableSummary[]>('/tables')
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <div class="view">
      <ViewHead
        title="Tables"
        actions={
          <button type="button" class="button button-small" onClick={reload}>
            Refresh
          </button>
        }
      >
        {counted(data.length, 'table')} in the database of the app
      </ViewHead>
      {data.length === 0 ? (
        <EmptyState title="The database has no tables">
          Declare a model, and run <code>plinth db generate</code> and{' '}
          <code>plinth db migrate</code>.
        </EmptyState>
      ) : (
        <div class="sheet">
          <Table label="Tables" columns={columns} rows={data} keyOf={({ id }) => id} />
        </div>
      )}
    </div>
  )
}
