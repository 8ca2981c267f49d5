import type { RecordedRequest } from '../../src/devtools/recorder/recorded.types.ts'
import { ErrorState, Loading } from '../parts/empty-state.tsx'
import { milliseconds, timeOfDay } from '../parts/format.ts'
import { useData } from '../parts/use-data.ts'
import { Status } from './request-list.tsx'

/** One request: its waterfall, its log, and what can be done with it. */
export function RequestDetail({ id }: { readonly id: number }) {
  const { data, error } = useData<RecordedRequest>(`/requests/${id}`)
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <article class="detail">
      <h2 class="detail-title">
        <span class="method">{data.method}</span> {data.target}
      </h2>
      <dl class="facts">
        <div>
          <dt>Status</dt>
          <dd>
            <Status status={data.status} />
          </dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>{milliseconds(data.ms)}</dd>
        </div>
        <div>
          <dt>Route</dt>
          <dd>{data.route ?? 'none'}</dd>
        </div>
        <div>
          <dt>At</dt>
          <dd>{timeOfDay(data.at)}</dd>
        </div>
      </dl>
    </article>
  )
}
