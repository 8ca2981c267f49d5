import type { ErrorGroup } from '../../src/devtools/errors/error.types.ts'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { count, counted, timeOfDay } from '../parts/format.ts'
import { SplitPane } from '../parts/split-pane.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useLiveData } from '../parts/use-live-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { Status } from '../requests/request-list.tsx'
import { linkTo, place, setQuery } from '../router.ts'
import { ErrorDetail } from './thrown-errors.tsx'

/** The errors of all recorded requests, by code and route. */
export function ErrorsView() {
  const { data, error } = useLiveData<readonly ErrorGroup[]>('/errors')
  const { rest, query } = place.value
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  const isOurs = query.get('of') === 'server'
  const shown = isOurs ? data.filter(({ status }) => status >= 500 || status === 0) : data
  const current = data.find(({ key }) => key === rest[0])
  return (
    <SplitPane
      label="Error"
      back={linkTo(['errors'], query)}
      list={
        <>
          <ViewHead title="Errors">{summary(data)}</ViewHead>
          <label class="check">
            <input
              type="checkbox"
              checked={isOurs}
              onChange={({ currentTarget }) =>
                setQuery({ of: currentTarget.checked ? 'server' : '' })
              }
            />
            Only errors of the service (5xx)
          </label>
          <ErrorList groups={shown} current={rest[0]} />
        </>
      }
      detail={current && <GroupDetail group={current} />}
    />
  )
}

const summary = (groups: readonly ErrorGroup[]): string => {
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  return `${counted(total, 'error')} of ${counted(groups.length, 'kind')}`
}

const ErrorList = (props: {
  readonly groups: readonly ErrorGroup[]
  readonly current: string | undefined
}) =>
  props.groups.length > 0 ? (
    <Table
      label="Recorded errors"
      columns={columns}
      rows={props.groups}
      keyOf={({ key }) => key}
      isCurrent={({ key }) => key === props.current}
    />
  ) : (
    <EmptyState title="No errors">
      <p>Responses from 400 on and failed jobs appear here, with the source lines of a 5xx.</p>
    </EmptyState>
  )

const columns: readonly Column<ErrorGroup>[] = [
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
  {
    title: 'Error',
    isWide: true,
    cell: ({ key, code, error }) => (
      <a class="row-link" href={linkTo(['errors', key], place.value.query)}>
        {error.thrown?.[0]?.message ?? code}
      </a>
    ),
  },
  {
    title: 'Route',
    isMinor: true,
    cell: ({ method, route }) => (
      <span class="mono muted">
        {method} {route ?? '–'}
      </span>
    ),
  },
  { title: 'Count', isNumber: true, cell: (group) => count(group.count) },
  {
    title: 'Last',
    isNumber: true,
    isMinor: true,
    cell: ({ last }) => <span class="muted">{timeOfDay(last)}</span>,
  },
]

const GroupDetail = ({ group }: { readonly group: ErrorGroup }) => (
  <article class="detail">
    <h2 class="detail-title">
      <span class="method">{group.method}</span> {group.route ?? 'no route'}
    </h2>
    <dl class="facts">
      <div>
        <dt>Status</dt>
        <dd>
          <Status status={group.status} />
        </dd>
      </div>
      <div>
        <dt>Count</dt>
        <dd>{count(group.count)}</dd>
      </div>
      <div>
        <dt>First</dt>
        <dd>{timeOfDay(group.first)}</dd>
      </div>
      <div>
        <dt>Last</dt>
        <dd>{timeOfDay(group.last)}</dd>
      </div>
    </dl>
    <ErrorDetail error={group.error} />
    <section class="part">
      <h3>Newest requests</h3>
      <ul class="link-list">
        {group.requests.map((id) => (
          <li key={id}>
            <a href={linkTo(['requests', id])}>Request {id}</a>
          </li>
        ))}
      </ul>
    </section>
  </article>
)
