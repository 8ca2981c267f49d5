import { useSignal } from '@preact/signals'
import type {
  ShownCounts,
  ShownJob,
  ShownJobs,
  ShownSchedule,
} from '../../src/devtools/jobs/shown-jobs.types.ts'
import { send } from '../api.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { notify, notifyError } from '../parts/notices.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place } from '../router.ts'

const dateAndTime = (text: string): string => text.slice(0, 19).replace('T', ' ')

const queueColumns: readonly Column<ShownCounts>[] = [
  {
    title: 'Job',
    isWide: true,
    cell: ({ job }) => (
      <a class="row-link" href={linkTo(['jobs', job])}>
        {job}
      </a>
    ),
  },
  { title: 'Waiting', cell: ({ waiting }) => waiting, isNumber: true },
  { title: 'Running', cell: ({ running }) => running, isNumber: true },
  { title: 'Failed', cell: ({ failed }) => <Failed count={failed} />, isNumber: true },
  { title: 'Dead', cell: ({ dead }) => <Failed count={dead} />, isNumber: true },
]

const Failed = ({ count }: { readonly count: number }) =>
  count === 0 ? <>0</> : <Badge tone="bad">{count}</Badge>

const scheduleColumns: readonly Column<ShownSchedule>[] = [
  { title: 'Job', cell: ({ job, key }) => (key === '' ? job : `${job} (${key})`), isWide: true },
  { title: 'Cron', cell: ({ cron }) => <code>{cron}</code> },
  { title: 'Time zone', cell: ({ timeZone }) => timeZone, isMinor: true },
  { title: 'Next run', cell: ({ next }) => (next === null ? 'never' : dateAndTime(next)) },
]

/** The queues of background jobs, their newest jobs, and the schedules. */
export function JobsView() {
  const [name] = place.value.rest
  const { data, error, reload } = useData<ShownJobs>('/jobs')
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  if (!data.isUsed)
    return (
      <div class="view">
        <ViewHead title="Jobs" />
        <EmptyState title="This app has no background jobs">
          Declare one with <code>job()</code> of <code>plinth/jobs</code>, and pass its module to{' '}
          <code>{'app({ jobs })'}</code>.
        </EmptyState>
      </div>
    )
  return (
    <div class="view">
      <ViewHead
        title="Jobs"
        actions={
          <button type="button" class="button button-small" onClick={reload}>
            Refresh
          </button>
        }
      >
        Queues, their newest jobs, and schedules.
      </ViewHead>
      <div class="sheet">
        <Table
          label="Queues"
          columns={queueColumns}
          rows={data.counts}
          keyOf={({ job }) => job}
          isCurrent={({ job }) => job === name}
        />
      </div>
      {name !== undefined && <Queue name={name} onChange={reload} key={name} />}
      {data.schedules.length > 0 && (
        <section class="panel-plain">
          <h2>Schedules</h2>
          <div class="sheet">
            <Table
              label="Schedules"
              columns={scheduleColumns}
              rows={data.schedules}
              keyOf={({ job, key }) => `${job} ${key}`}
            />
          </div>
        </section>
      )}
    </div>
  )
}

const tones: Readonly<Record<ShownJob['state'], Tone>> = {
  waiting: 'info',
  retrying: 'warn',
  running: 'info',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
  dead: 'bad',
}

function Queue(props: { readonly name: string; readonly onChange: () => void }) {
  const { data, error, reload } = useData<readonly ShownJob[]>(
    `/jobs/${encodeURIComponent(props.name)}`,
  )
  const onChange = (): void => {
    reload()
    props.onChange()
  }
  return (
    <section class="panel" aria-label={`Jobs of ${props.name}`}>
      <div class="panel-head">
        <h2>{props.name}</h2>
        <span class="muted">newest first</span>
      </div>
      {error !== undefined && <ErrorState error={error} />}
      {data?.length === 0 && <p class="panel-text muted">No jobs of this kind yet.</p>}
      {data?.map((job) => (
        <Job key={`${job.id} ${job.state}`} job={job} onChange={onChange} />
      ))}
    </section>
  )
}

/** The stack of an error as it was printed, or whatever else was stored. */
function errorText(error: unknown): string {
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown }
  if (typeof stack === 'string') return stack
  return typeof message === 'string' ? message : JSON.stringify(error, null, 2)
}

const canRetry = ({ state }: ShownJob): boolean => ['failed', 'cancelled', 'dead'].includes(state)
const canCancel = ({ state }: ShownJob): boolean =>
  ['waiting', 'retrying', 'running'].includes(state)

function Job({ job, onChange }: { readonly job: ShownJob; readonly onChange: () => void }) {
  const asked = useSignal<'retry' | 'cancel' | undefined>(undefined)
  return (
    <details class="entry">
      <summary>
        <code class="entry-name">{job.id}</code>
        <Badge tone={tones[job.state]}>{job.state === 'dead' ? 'dead letter' : job.state}</Badge>
        <time class="muted entry-time" dateTime={job.createdAt}>
          {dateAndTime(job.createdAt)}
        </time>
      </summary>
      <dl class="facts">
        <div>
          <dt>Attempts</dt>
          <dd>{job.attempts}</dd>
        </div>
        <div>
          <dt>Not before</dt>
          <dd>{dateAndTime(job.startAfter)}</dd>
        </div>
        {job.endedAt !== null && (
          <div>
            <dt>Ended</dt>
            <dd>{dateAndTime(job.endedAt)}</dd>
          </div>
        )}
        {job.key !== null && (
          <div>
            <dt>Key</dt>
            <dd>{job.key}</dd>
          </div>
        )}
      </dl>
      <CodeBlock label="Input" text={JSON.stringify(job.input, null, 2)} wraps />
      {job.error !== null && <CodeBlock label="Last error" text={errorText(job.error)} wraps />}
      <p class="links">
        {canRetry(job) && (
          <button type="button" class="button" onClick={() => (asked.value = 'retry')}>
            Run it again
          </button>
        )}
        {canCancel(job) && (
          <button type="button" class="button" onClick={() => (asked.value = 'cancel')}>
            Cancel it
          </button>
        )}
      </p>
      {asked.value !== undefined && (
        <ConfirmJob
          job={job}
          action={asked.value}
          onClose={() => (asked.value = undefined)}
          onChange={onChange}
        />
      )}
    </details>
  )
}

const words = {
  retry: { title: 'Run this job again?', button: 'Run it again', done: 'The job runs again' },
  cancel: { title: 'Cancel this job?', button: 'Cancel the job', done: 'The job is canceled' },
} as const

function ConfirmJob(props: {
  readonly job: ShownJob
  readonly action: keyof typeof words
  readonly onClose: () => void
  readonly onChange: () => void
}) {
  const { job, action, onClose } = props
  const run = (): void =>
    void send('POST', `/jobs/${job.id}/${action}`)
      .then(() => notify(words[action].done), notifyError)
      .then(() => {
        onClose()
        props.onChange()
      })
  return (
    <Dialog
      title={words[action].title}
      onClose={onClose}
      actions={
        <button type="button" class="button button-primary" onClick={run}>
          {words[action].button}
        </button>
      }
    >
      <p>
        <strong>{job.job}</strong> <code>{job.id}</code>
      </p>
      <CodeBlock label="Input of the job" text={JSON.stringify(job.input, null, 2)} wraps />
    </Dialog>
  )
}
