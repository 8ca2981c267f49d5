import type { RequestSummary } from '../../src/devtools/recorder/recorded.types.ts'
import { Badge, toneOfStatus } from '../parts/badge.tsx'
import { milliseconds, timeOfDay } from '../parts/format.ts'
import { Table, type Column } from '../parts/table.tsx'
import { linkTo, place } from '../router.ts'

/** The number of statements of a request from which on they count as N+1. */
const repeatedFrom = 5

const columns: readonly Column<RequestSummary>[] = [
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
  { title: 'Method', cell: ({ method }) => <span class="method">{method}</span> },
  { title: 'Path', cell: (request) => <Target request={request} />, isWide: true },
  { title: 'SQL', cell: (request) => <Statements request={request} />, isNumber: true },
  { title: 'Time', cell: ({ ms }) => <Duration ms={ms} />, isNumber: true },
  {
    title: 'At',
    cell: ({ at }) => <span class="muted">{timeOfDay(at)}</span>,
    isNumber: true,
    isMinor: true,
  },
]

/** The table of requests. */
export const RequestList = (props: {
  readonly requests: readonly RequestSummary[]
  readonly current: number
}) => (
  <Table
    label="Recorded requests"
    columns={columns}
    rows={props.requests}
    keyOf={({ id }) => id}
    isCurrent={({ id }) => id === props.current}
  />
)

export const Status = ({ status }: { readonly status: number }) => (
  <Badge tone={toneOfStatus(status)}>{status === 0 ? 'done' : status}</Badge>
)

const Target = ({ request }: { readonly request: RequestSummary }) => (
  <a class="row-link" href={linkTo(['requests', request.id], place.value.query)}>
    {request.target}
  </a>
)

const Statements = ({
  request: { statements, repeated },
}: {
  readonly request: RequestSummary
}) => {
  if (statements === 0) return <span class="muted">–</span>
  if (repeated < repeatedFrom) return <>{statements}</>
  return (
    <Badge tone="warn" title={`It sends one statement ${repeated} times`}>
      {statements} N+1
    </Badge>
  )
}

const Duration = ({ ms }: { readonly ms: number }) => (
  <span class={ms >= 200 ? 'slow' : undefined}>{milliseconds(ms)}</span>
)
