import type { ComponentChildren } from 'preact'
import type { RecordedRequest } from '../../src/devtools/recorder/recorded.types.ts'
import { ErrorDetail } from '../errors/thrown-errors.tsx'
import { ErrorState, Loading } from '../parts/empty-state.tsx'
import { counted, milliseconds, timeOfDay } from '../parts/format.ts'
import { useData } from '../parts/use-data.ts'
import { linkTo } from '../router.ts'
import { LogLines } from './log-lines.tsx'
import { RequestActions } from './request-actions.tsx'
import { Status } from './request-list.tsx'
import { Waterfall } from './waterfall.tsx'

/** One request: its waterfall, its log, its error, and what can be done with it. */
export function RequestDetail({ id }: { readonly id: number }) {
  const { data, error } = useData<RecordedRequest>(`/requests/${id}`)
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <article class="detail">
      <h2 class="detail-title">
        <span class="method">{data.method}</span> {data.target}
      </h2>
      <Facts request={data} />
      <RequestActions request={data} />
      {data.error !== undefined && (
        <Part title="Error">
          <ErrorDetail error={data.error} />
        </Part>
      )}
      <Repetitions request={data} />
      <Part title="Time">
        <Waterfall request={data} />
      </Part>
      <Part title="Log">
        {data.lines.length > 0 ? (
          <LogLines lines={data.lines} />
        ) : (
          <p class="muted">It wrote no log line besides its access line.</p>
        )}
      </Part>
      {data.dropped > 0 && <p class="muted">{counted(data.dropped, 'more part')} were not kept.</p>}
    </article>
  )
}

const Facts = ({ request }: { readonly request: RecordedRequest }) => (
  <dl class="facts">
    <Fact name="Status">
      <Status status={request.status} />
    </Fact>
    <Fact name="Time">{milliseconds(request.ms)}</Fact>
    <Fact name="Route">{request.route ?? 'none'}</Fact>
    {request.caller !== undefined && <Fact name="Caller">{request.caller}</Fact>}
    <Fact name="At">{timeOfDay(request.at)}</Fact>
    {request.requestId !== '' && (
      <Fact name="Request id">
        <span class="mono">{request.requestId}</span>
      </Fact>
    )}
  </dl>
)

const Fact = (props: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
)

const Part = (props: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="part">
    <h3>{props.title}</h3>
    {props.children}
  </section>
)

/** Warns of N+1. */
const Repetitions = ({ request }: { readonly request: RecordedRequest }) => (
  <>
    {request.repetitions.map(({ text, times, ms, place }) => (
      <div key={text} class="hint-box">
        <p>
          <strong>N+1:</strong> one statement was sent {times} times, for {milliseconds(ms)} in
          total{place !== undefined && `, by ${place}`}. Load the rows with one statement: a join, a
          relation, or <code>inArray()</code>.
        </p>
        <p class="mono hint-statement">{text}</p>
        <a href={linkTo(['sql'], { text })}>Show it among all statements</a>
      </div>
    ))}
  </>
)
