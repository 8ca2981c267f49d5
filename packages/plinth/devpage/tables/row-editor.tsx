import { useSignal, type Signal } from '@preact/signals'
import type {
  Cell,
  PlannedChange,
  RowChange,
  ShownColumn,
  ShownRow,
  ShownTable,
  Values,
} from '../../src/devtools/tables/shown-table.types.ts'
import { send } from '../api.ts'
import { ErrorState, Loading } from '../parts/empty-state.tsx'
import { notifyError } from '../parts/notices.tsx'
import { useData } from '../parts/use-data.ts'
import { linkTo } from '../router.ts'
import { ConfirmChange } from './confirm-change.tsx'
import { filterText } from './row-filters.tsx'
import { ValueField } from './value-field.tsx'

interface EditorProps {
  readonly table: ShownTable
  /** The key of the row as JSON; `undefined` for a new row. */
  readonly rowKey: string | undefined
  readonly onChange: () => void
  /** The address of the table without the editor. */
  readonly back: string
}

/** A form for one row. Nothing is written before the statement was shown and confirmed. */
export function RowEditor(props: EditorProps) {
  return props.rowKey === undefined ? (
    <RowForm {...props} row={undefined} reload={props.onChange} />
  ) : (
    <ExistingRow {...props} rowKey={props.rowKey} />
  )
}

function ExistingRow(props: EditorProps & { readonly rowKey: string }) {
  const key = new URLSearchParams(JSON.parse(props.rowKey) as Record<string, string>)
  const { data, error, reload } = useData<{ readonly row: ShownRow }>(
    `/tables/${encodeURIComponent(props.table.id)}/row?${key}`,
  )
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <RowForm
      {...props}
      key={JSON.stringify(data.row)}
      row={data.row}
      reload={() => {
        reload()
        props.onChange()
      }}
    />
  )
}

/** Values are edited as whole texts only: a part of a text cannot be. */
const isEditable = ({ isSecret, isGenerated }: ShownColumn, cell: Cell | undefined): boolean =>
  !isSecret && !isGenerated && (cell === undefined || cell === null || typeof cell === 'string')

/** The values that can be edited, by column. */
const valuesOf = (table: ShownTable, row: ShownRow | undefined): Values =>
  Object.fromEntries(
    table.columns.flatMap(({ name }, at) => {
      const cell = row?.cells[at]
      return cell === null || typeof cell === 'string' ? [[name, cell] as const] : []
    }),
  )

/** The change that a form asks for. */
function changeOf(row: ShownRow | undefined, set: Values, before: Values): RowChange {
  if (row === undefined) return { kind: 'insert', set }
  const was = Object.fromEntries(Object.keys(set).map((name) => [name, before[name] ?? null]))
  return { kind: 'update', key: row.key, set, was }
}

interface FormProps extends EditorProps {
  readonly row: ShownRow | undefined
  readonly reload: () => void
}

function RowForm(props: FormProps) {
  const { table, row } = props
  const changes = useSignal<Values>({})
  const asked = useSignal<Asked | undefined>(undefined)
  const before = valuesOf(table, row)
  const plan = (change: RowChange): void =>
    void send<PlannedChange>('POST', `/tables/${encodeURIComponent(table.id)}/plan`, change).then(
      (planned) => {
        asked.value = { change, plan: planned }
      },
      notifyError,
    )
  const review = (event: Event): void => {
    event.preventDefault()
    plan(changeOf(row, changes.value, before))
  }
  const onDone = (kind: RowChange['kind']): void => {
    changes.value = {}
    if (kind === 'update') return props.reload()
    location.hash = props.back
    props.onChange()
  }
  return (
    <form class="detail" onSubmit={review}>
      <h2 class="detail-title">
        {row === undefined ? `New row of ${table.id}` : Object.values(row.key).join(', ')}
      </h2>
      {row !== undefined && <Referring table={table} row={row} />}
      <RowFields table={table} row={row} before={before} changes={changes} />
      <div class="row-actions">
        <button
          type="submit"
          class="button button-primary"
          disabled={row !== undefined && Object.keys(changes.value).length === 0}
        >
          {row === undefined ? 'Review the insert' : 'Review the change'}
        </button>
        {row !== undefined && (
          <button
            type="button"
            class="button"
            onClick={() => plan({ kind: 'delete', key: row.key })}
          >
            Delete this row
          </button>
        )}
      </div>
      {asked.value !== undefined && (
        <ConfirmChange
          table={table.id}
          {...asked.value}
          onClose={() => {
            asked.value = undefined
          }}
          onDone={onDone}
        />
      )}
    </form>
  )
}

/** A change and its statement, to be confirmed. */
interface Asked {
  readonly change: RowChange
  readonly plan: PlannedChange
}

function RowFields(props: {
  readonly table: ShownTable
  readonly row: ShownRow | undefined
  readonly before: Values
  readonly changes: Signal<Values>
}) {
  const { table, row, before, changes } = props
  const set = changes.value
  const edit = (name: string, value: string | null | undefined): void => {
    const { [name]: _, ...rest } = changes.value
    const isSame = value === undefined || (row !== undefined && before[name] === value)
    changes.value = isSame ? rest : { ...rest, [name]: value }
  }
  return (
    <div class="row-fields">
      {table.columns.map((column, at) => (
        <ValueField
          key={column.name}
          column={column}
          cell={row?.cells[at]}
          isNew={row === undefined}
          isEditable={isEditable(column, row?.cells[at])}
          value={Object.hasOwn(set, column.name) ? set[column.name] : before[column.name]}
          isChanged={Object.hasOwn(set, column.name)}
          onChange={(value) => edit(column.name, value)}
        />
      ))}
    </div>
  )
}

/** Links to the rows of other tables that refer to this one. */
function Referring({ table, row }: { readonly table: ShownTable; readonly row: ShownRow }) {
  const links = table.referredBy.flatMap((reference) => {
    const filters = new URLSearchParams()
    for (const { own, target } of reference.columns) {
      const cell = row.cells[table.columns.findIndex(({ name }) => name === own)]
      if (typeof cell !== 'string') return []
      filters.append('filter', filterText(target, 'eq', cell))
    }
    const words = `${reference.table}.${reference.columns[0]?.target ?? ''}`
    return [{ words, href: linkTo(['tables', reference.table], filters) }]
  })
  if (links.length === 0) return null
  return (
    <p class="links">
      <span class="muted">Referred to by</span>
      {links.map(({ words, href }) => (
        <a key={words} href={href}>
          {words}
        </a>
      ))}
    </p>
  )
}
