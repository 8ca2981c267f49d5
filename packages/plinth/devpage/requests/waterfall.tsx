import { useSignal } from '@preact/signals'
import type { RecordedRequest, RecordedSpan } from '../../src/devtools/recorder/recorded.types.ts'
import { Badge } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { counted, milliseconds } from '../parts/format.ts'
import { PlanButton } from '../sql/plan-button.tsx'

/** A span with its place in the tree. */
interface Row {
  readonly span: RecordedSpan
  readonly index: number
  readonly depth: number
}

/** The parts of a request as bars over its time: dependencies, waits, statements, encoding. */
export function Waterfall({ request }: { readonly request: RecordedRequest }) {
  const rows = rowsOf(request.spans)
  const end = Math.max(request.ms, ...rows.map(({ span }) => span.end ?? 0), 0.001)
  const open = useSignal<number | undefined>(undefined)
  if (rows.length === 0)
    return <p class="muted">Nothing in it took time of its own: no statement, no waiting.</p>
  return (
    <div class="waterfall">
      <Legend rows={rows} />
      <ol class="bars">
        {rows.map((row) => (
          <li key={row.index}>
            <Bar row={row} total={end} open={open} />
            {open.value === row.index && row.span.text !== undefined && (
              <Statement request={request.id} row={row} />
            )}
          </li>
        ))}
      </ol>
      <div class="bars-scale" aria-hidden="true">
        <span>0</span>
        <span>{milliseconds(end / 2)}</span>
        <span>{milliseconds(end)}</span>
      </div>
    </div>
  )
}

/** The spans in the order of a tree. What never ended took no time: a dependency that returned at once. */
function rowsOf(spans: readonly RecordedSpan[]): Row[] {
  const below = Map.groupBy(spans.keys(), (index) => spans[index]?.parent ?? -1)
  const walk = (parent: number, depth: number): Row[] =>
    (below.get(parent) ?? []).flatMap((index) => {
      const span = spans[index]
      if (span === undefined) return []
      const isShown = span.end !== null
      const inside = walk(index, isShown ? depth + 1 : depth)
      return isShown ? [{ span, index, depth }, ...inside] : inside
    })
  return walk(-1, 0)
}

const kindNames: Readonly<Record<string, string>> = {
  wait: 'Waiting for a connection',
  sql: 'SQL',
  dependency: 'Dependency',
  authenticate: 'Authentication',
  encode: 'Encoding',
  send: 'Job sent',
  client: 'Outgoing call',
  other: 'Other',
}

const Legend = ({ rows }: { readonly rows: readonly Row[] }) => {
  const kinds = new Set<string>(rows.map(({ span }) => span.kind))
  if (rows.some(({ span }) => (span.wait ?? 0) > 0.05)) kinds.add('wait')
  return (
    <ul class="legend" aria-label="Colors">
      {Object.entries(kindNames).map(
        ([kind, name]) =>
          kinds.has(kind) && (
            <li key={kind} class={`legend-entry bar-${kind}`}>
              {name}
            </li>
          ),
      )}
    </ul>
  )
}

interface BarProps {
  readonly row: Row
  /** Milliseconds of the whole. */
  readonly total: number
  readonly open: { value: number | undefined }
}

function Bar({ row, total, open }: BarProps) {
  const { span, index, depth } = row
  const { start, wait = 0, kind, name, error, rows, text } = span
  const ms = (span.end ?? start) - start
  const percent = (part: number): string => `${((100 * part) / total).toFixed(2)}%`
  const label = (
    <>
      <span class="bar-name" style={{ paddingInlineStart: `${Math.min(depth, 6) * 12}px` }}>
        {name}
      </span>
      {error !== undefined && <Badge tone="bad">{error}</Badge>}
      {rows !== undefined && <span class="bar-rows muted">{counted(rows, 'row')}</span>}
      <span class="bar-time">{milliseconds(ms)}</span>
      <span class="bar-track">
        {wait > 0 && (
          <span
            class="bar-fill bar-wait"
            style={{ insetInlineStart: percent(start), inlineSize: percent(wait) }}
          />
        )}
        <span
          class={`bar-fill bar-${kind}`}
          style={{ insetInlineStart: percent(start + wait), inlineSize: percent(ms - wait) }}
        />
      </span>
    </>
  )
  if (text === undefined) return <div class="bar">{label}</div>
  const isOpen = open.value === index
  const toggle = (): void => {
    open.value = isOpen ? undefined : index
  }
  return (
    <button type="button" class="bar bar-button" aria-expanded={isOpen} onClick={toggle}>
      {label}
    </button>
  )
}

const Statement = ({ request, row }: { readonly request: number; readonly row: Row }) => (
  <div class="bar-detail">
    <CodeBlock text={row.span.text ?? ''} label="Statement" wraps />
    {row.span.place !== undefined && (
      <p class="muted">
        Sent by <code>{row.span.place}</code>
      </p>
    )}
    {row.span.isCut === undefined && <PlanButton request={request} span={row.index} />}
  </div>
)
