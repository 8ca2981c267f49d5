import type { ShownSettings } from '../../src/devtools/settings/setting-endpoints.ts'
import { Badge } from '../parts/badge.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'

type Row = NonNullable<ShownSettings['settings']>[number]

const columns: readonly Column<Row>[] = [
  { title: 'Name', cell: ({ name }) => <code>{name}</code> },
  {
    title: 'Value',
    isWide: true,
    cell: ({ value }) => <Value value={value} />,
  },
  {
    title: 'From',
    cell: ({ source }) => (
      <Badge tone={source === 'not set' ? 'warn' : source === 'default' ? 'plain' : 'info'}>
        {source}
      </Badge>
    ),
  },
]

const Value = ({ value }: { readonly value: string }) => {
  if (value === '') return <span class="muted">empty</span>
  return value === '[redacted]' ? <Badge>redacted</Badge> : <code title={value}>{value}</code>
}

/** Each setting with its value and where it came from. */
export function SettingsView() {
  const { data, error } = useData<ShownSettings>('/settings')
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <div class="view">
      <ViewHead title="Settings">
        Mode {data.mode}. <code>.env</code> files are read from <code>{data.root}</code>. Secrets
        never leave the server.
      </ViewHead>
      {data.settings === null || data.settings.length === 0 ? (
        <EmptyState title="No settings">
          Export the result of <code>settings()</code> from <code>src/env.ts</code>.
        </EmptyState>
      ) : (
        <div class="sheet">
          <Table
            label="Settings"
            columns={columns}
            rows={data.settings}
            keyOf={({ name }) => name}
          />
        </div>
      )}
    </div>
  )
}
