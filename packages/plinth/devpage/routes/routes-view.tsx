import { useMemo } from 'preact/hooks'
import type { RouteSummary, ShownRoute } from '../../src/devtools/routes/shown-route.types.ts'
import { Badge, toneOfStatus } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { counted } from '../parts/format.ts'
import { GraphView } from '../parts/graph-view.tsx'
import { SplitPane } from '../parts/split-pane.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place, setQuery } from '../router.ts'

const columns: readonly Column<RouteSummary>[] = [
  { title: 'Method', cell: ({ method }) => <span class="method">{method}</span> },
  {
    title: 'Path',
    isWide: true,
    cell: ({ path, operation }) => (
      <a class="row-link" href={linkTo(['routes', operation], place.value.query)}>
        {path}
      </a>
    ),
  },
  {
    title: 'Operation',
    cell: ({ operation }) => <span class="muted">{operation}</span>,
    isMinor: true,
  },
  { title: 'Auth', cell: ({ auth }) => <Auth auth={auth} /> },
]

const Auth = ({ auth }: { readonly auth: readonly string[] }) =>
  auth.length === 0 ? <Badge tone="info">public</Badge> : <>{auth.join(' or ')}</>

/** Every route of the app, and one of them with its dependencies and its document. */
export function RoutesView() {
  const { rest, query } = place.value
  const [operation] = rest
  return (
    <SplitPane
      label="Route"
      back={linkTo(['routes'], query)}
      list={<RouteList current={operation} />}
      detail={operation === undefined ? undefined : <RouteDetail operation={operation} />}
    />
  )
}

const matches = (route: RouteSummary, words: readonly string[]): boolean => {
  const { method, path, operation, summary, auth, dependencies } = route
  const text = [method, path, operation, summary, ...auth, ...dependencies].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

function RouteList({ current }: { readonly current: string | undefined }) {
  const { data, error } = useData<readonly RouteSummary[]>('/routes')
  const text = place.value.query.get('text') ?? ''
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    return (data ?? []).filter((route) => matches(route, words))
  }, [data, text])
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <>
      <ViewHead title="Routes">
        {text === ''
          ? counted(data.length, 'route')
          : `${shown.length} of ${counted(data.length, 'route')}`}
      </ViewHead>
      <search class="filters" aria-label="Filter routes">
        <input
          type="search"
          class="input filter-text"
          aria-label="Method, path, operation or dependency"
          placeholder="Filter by method, path, operation or dependency"
          value={text}
          onInput={({ currentTarget }) => setQuery({ text: currentTarget.value })}
        />
      </search>
      {shown.length > 0 ? (
        <Table
          label="Routes"
          columns={columns}
          rows={shown}
          keyOf={({ operation }) => operation}
          isCurrent={({ operation }) => operation === current}
        />
      ) : (
        <EmptyState title="No route matches">
          <a href={linkTo(['routes'])}>Show all routes</a>
        </EmptyState>
      )}
    </>
  )
}

function RouteDetail({ operation }: { readonly operation: string }) {
  const { data, error } = useData<ShownRoute>(`/routes/${encodeURIComponent(operation)}`)
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <article class="detail">
      <div>
        <h2 class="detail-title">
          <span class="method">{data.method}</span> {data.path}
        </h2>
        {data.summary !== '' && <p class="muted">{data.summary}</p>}
      </div>
      <dl class="facts">
        <div>
          <dt>Operation</dt>
          <dd>
            <code>{data.operation}</code>
          </dd>
        </div>
        <div>
          <dt>Auth</dt>
          <dd>
            <Auth auth={data.auth} />
          </dd>
        </div>
        <div>
          <dt>Responses</dt>
          <dd class="badges">
            {[data.status, ...data.errors].map((status) => (
              <Badge key={status} tone={toneOfStatus(status)}>
                {status}
              </Badge>
            ))}
          </dd>
        </div>
      </dl>
      <p class="links">
        {data.docs !== null && data.document !== null && data.method !== 'WS' && (
          <a class="button button-small" href={data.docs} target="_blank" rel="noreferrer">
            Try it in the documentation
          </a>
        )}
        <a class="button button-small" href={linkTo(['requests'], { route: data.path })}>
          Its requests
        </a>
      </p>
      <RouteParts route={data} />
    </article>
  )
}

const RouteParts = ({ route }: { readonly route: ShownRoute }) => (
  <>
    <section>
      <h3>Dependencies</h3>
      <GraphView graph={route.graph} mermaid={route.mermaid} />
    </section>
    <section>
      <h3>Document</h3>
      {route.document === null ? (
        <p class="muted">This route is hidden from the OpenAPI document.</p>
      ) : (
        <CodeBlock label="OpenAPI operation" text={JSON.stringify(route.document, null, 2)} />
      )}
    </section>
  </>
)
