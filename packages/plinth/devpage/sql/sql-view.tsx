import type { StatementGroup } from '../../src/devtools/sql/sql.types.ts'
import { Badge } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { count, counted, milliseconds } from '../parts/format.ts'
import { SplitPane } from '../parts/split-pane.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useLiveData } from '../parts/use-live-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place, setQuery } from '../router.ts'
import { PlanButton } from './plan-button.tsx'
import { shortStatement, writesJson } from './short-statement.ts'

/** The times within one request from which on a statement counts as N+1. */
const repeatedFrom = 5

/** The statements of all recorded requests, by their text. */
export function SqlView() {
  const { data, error } = useLiveData<readonly StatementGroup[]>('/sql')
  const { rest, query } = place.value
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  const text = (query.get('text') ?? '').toLowerCase()
  const shown = data.filter((group) => group.text.toLowerCase().includes(text))
  const current = data.find(({ key }) => key === rest[0])
  return (
    <SplitPane
      label="Statement"
      back={linkTo(['sql'], query)}
      list={<StatementColumn all={data} shown={shown} current={rest[0]} />}
      detail={current && <StatementDetail group={current} />}
    />
  )
}

function StatementColumn(props: {
  readonly all: readonly StatementGroup[]
  readonly shown: readonly StatementGroup[]
  readonly current: string | undefined
}) {
  const { all, shown } = props
  const total = all.reduce((sum, { total }) => sum + total, 0)
  return (
    <>
      <ViewHead title="SQL">
        {counted(all.length, 'statement')}, {milliseconds(total)} in total
      </ViewHead>
      <search class="filters" aria-label="Filter statements">
        <input
          type="search"
          class="input filter-text"
          aria-label="Text in the statement"
          placeholder="Filter by text"
          value={place.value.query.get('text') ?? ''}
          onInput={({ currentTarget }) => setQuery({ text: currentTarget.value })}
        />
      </search>
      {shown.length > 0 ? (
        <Table
          label="Recorded statements"
          columns={columns}
          rows={shown}
          keyOf={({ key }) => key}
          isCurrent={({ key }) => key === props.current}
        />
      ) : (
        <EmptyState title={all.length > 0 ? 'No statement has this text' : 'No statements yet'}>
          {all.length === 0 && <p>Statements of requests and jobs appear here, by their text.</p>}
        </EmptyState>
      )}
    </>
  )
}

const columns: readonly Column<StatementGroup>[] = [
  {
    title: 'Statement',
    isWide: true,
    cell: ({ key, text }) => (
      <a class="row-link" href={linkTo(['sql', key], place.value.query)}>
        {shortStatement(text)}
      </a>
    ),
  },
  { title: 'Marks', cell: (group) => <Marks group={group} /> },
  { title: 'Count', isNumber: true, cell: (group) => count(group.count) },
  { title: 'Total', isNumber: true, cell: ({ total }) => milliseconds(total) },
  { title: 'Slowest', isNumber: true, isMinor: true, cell: ({ slowest }) => milliseconds(slowest) },
  { title: 'Rows', isNumber: true, isMinor: true, cell: (group) => rowsOf(group) },
]

const Marks = ({ group }: { readonly group: StatementGroup }) => (
  <span class="marks">
    {writesJson(group.text) && (
      <Badge tone="info" title="Postgres writes the JSON of the response">
        JSON
      </Badge>
    )}
    {group.repeated >= repeatedFrom && (
      <Badge tone="warn" title={`Up to ${group.repeated} times in one request`}>
        N+1
      </Badge>
    )}
    {group.failed > 0 && <Badge tone="bad">{count(group.failed)} failed</Badge>}
  </span>
)

const StatementDetail = ({ group }: { readonly group: StatementGroup }) => (
  <article class="detail">
    <h2>Statement</h2>
    <CodeBlock text={group.text} label="Statement" wraps />
    <dl class="facts">
      <Fact name="Count" value={count(group.count)} />
      <Fact name="Total" value={milliseconds(group.total)} />
      <Fact name="Average" value={milliseconds(group.total / group.count)} />
      <Fact name="Slowest" value={milliseconds(group.slowest)} />
      <Fact name="Waited" value={milliseconds(group.wait)} />
      <Fact name="Rows" value={rowsOf(group)} />
    </dl>
    {group.repeated >= repeatedFrom && (
      <div class="hint-box">
        <p>
          <strong>N+1:</strong> <a href={linkTo(['requests', group.repeatedBy])}>one request</a>{' '}
          sent it {group.repeated} times{group.place !== undefined && `, from ${group.place}`}. Load
          the rows with one statement: a join, a relation, or <code>inArray()</code>.
        </p>
      </div>
    )}
    {group.place !== undefined && (
      <p>
        Sent by <code>{group.place}</code>
      </p>
    )}
    <Plan group={group} />
    <section class="part">
      <h3>Routes</h3>
      <ul class="plain-list mono">
        {group.routes.map((route) => (
          <li key={route}>{route}</li>
        ))}
      </ul>
    </section>
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

/** A statement that writes JSON returns one row, whatever it read. */
const rowsOf = ({ text, rows }: StatementGroup): string => (writesJson(text) ? '–' : count(rows))

const Fact = (props: { readonly name: string; readonly value: string }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.value}</dd>
  </div>
)

const Plan = ({ group: { sample, key } }: { readonly group: StatementGroup }) => (
  <section class="part">
    <h3>Plan</h3>
    {sample === undefined ? (
      <p class="muted">
        The values of its requests are no longer in memory: only the last 50 requests have theirs.
        Send one again.
      </p>
    ) : (
      <PlanButton key={key} request={sample.request} span={sample.span} />
    )}
  </section>
)
