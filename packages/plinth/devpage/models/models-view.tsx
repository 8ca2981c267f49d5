import type {
  DriftReport,
  MigrationList,
  MigrationState,
  ShownDiagram,
  ShownMigration,
} from '../../src/devtools/models/shown-models.types.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { counted } from '../parts/format.ts'
import { GraphView } from '../parts/graph-view.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo } from '../router.ts'

/** The models: their diagram, their differences from migrations and database, and the migrations. */
export const ModelsView = () => (
  <div class="view view-wide">
    <ViewHead title="Models">
      The tables of the models, and how they got into the database.
    </ViewHead>
    <Drift />
    <Diagram />
    <Migrations />
  </div>
)

function Diagram() {
  const { data, error } = useData<ShownDiagram>('/models')
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  if (data.graph.nodes.length === 0)
    return (
      <EmptyState title="No models">
        Export a model from <code>src/models.ts</code>, and it appears here.
      </EmptyState>
    )
  return (
    <GraphView
      graph={data.graph}
      mermaid={data.mermaid}
      linkOf={({ id }) => linkTo(['tables', id])}
    />
  )
}

function Drift() {
  const { data, error, reload } = useData<DriftReport>('/drift')
  return (
    <section class="panel" aria-label="Drift">
      <div class="panel-head">
        <h2>Drift</h2>
        <DriftState data={data} error={error} />
        <button type="button" class="button button-small panel-action" onClick={reload}>
          Check again
        </button>
      </div>
      {error !== undefined && <p class="panel-text">{error.message}</p>}
      {data?.drift.map(({ between, message, statements }) => (
        <div class="panel-text" key={between + message}>
          <p>
            <strong>{between}</strong>: {message}
          </p>
          {statements.length > 0 && (
            <details class="more">
              <summary>{counted(statements.length, 'statement')}</summary>
              <CodeBlock label={`Statements: ${between}`} text={statements.join('\n')} wraps />
            </details>
          )}
        </div>
      ))}
    </section>
  )
}

function DriftState(props: {
  readonly data: DriftReport | undefined
  readonly error: Error | undefined
}) {
  if (props.error !== undefined) return <Badge tone="warn">could not be checked</Badge>
  if (props.data === undefined) return <span class="muted">Comparing…</span>
  const { length } = props.data.drift
  return length === 0 ? (
    <Badge tone="good">models, migrations and database match</Badge>
  ) : (
    <Badge tone="bad">{counted(length, 'difference')}</Badge>
  )
}

const tones: Readonly<Record<MigrationState, Tone>> = {
  applied: 'good',
  pending: 'warn',
  edited: 'bad',
  begun: 'bad',
  'no database': 'plain',
}

function Migrations() {
  const { data, error } = useData<MigrationList>('/migrations')
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <section class="panel" aria-label="Migrations">
      <div class="panel-head">
        <h2>Migrations</h2>
        <span class="muted">{counted(data.migrations.length, 'migration')}, newest first</span>
      </div>
      {data.unknown.length > 0 && (
        <p class="panel-text">
          <Badge tone="warn">unknown</Badge> Applied, but not in the folder:{' '}
          {data.unknown.join(', ')}
        </p>
      )}
      {data.migrations.length === 0 && (
        <p class="panel-text muted">
          <code>plinth db generate</code> writes the first one.
        </p>
      )}
      {data.migrations.map((migration) => (
        <Migration key={migration.name} migration={migration} />
      ))}
    </section>
  )
}

const Migration = ({
  migration: { name, state, appliedAt, sql },
}: {
  readonly migration: ShownMigration
}) => (
  <details class="entry">
    <summary>
      <code class="entry-name">{name}</code>
      <Badge tone={tones[state]}>{state}</Badge>
      {appliedAt !== null && (
        <time class="muted entry-time" dateTime={appliedAt}>
          {appliedAt.slice(0, 16).replace('T', ' ')}
        </time>
      )}
    </summary>
    <CodeBlock label={`SQL of ${name}`} text={sql} />
  </details>
)
