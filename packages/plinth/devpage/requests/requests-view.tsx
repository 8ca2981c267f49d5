import { signal } from '@preact/signals'
import { send } from '../api.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { count } from '../parts/format.ts'
import { notifyError } from '../parts/notices.tsx'
import { SplitPane } from '../parts/split-pane.tsx'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place } from '../router.ts'
import { RequestDetail } from './request-detail.tsx'
import { RequestFilters } from './request-filters.tsx'
import { RequestList } from './request-list.tsx'
import { isFiltered, requests, shown } from './request-store.ts'

/** The requests that are drawn; drawing a thousand, ten times a second, would make the page slow. */
const step = 200
const mostShown = signal(step)

/** The live list of requests, and one of them in detail. */
export function RequestsView() {
  const { rest, query } = place.value
  const id = Number(rest[0])
  const back = linkTo(['requests'], query)
  return (
    <SplitPane
      label="Request"
      back={back}
      list={<RequestColumn current={id} />}
      detail={id > 0 ? <RequestDetail id={id} /> : undefined}
    />
  )
}

function RequestColumn({ current }: { readonly current: number }) {
  const clear = (): void =>
    void send('DELETE', '/requests').then(() => {
      requests.value = []
    }, notifyError)
  const all = requests.value.length
  return (
    <>
      <ViewHead
        title="Requests"
        actions={
          <button type="button" class="button button-small" onClick={clear} disabled={all === 0}>
            Clear
          </button>
        }
      >
        {isFiltered.value
          ? `${count(shown.value.length)} of ${count(all)}`
          : `${count(all)} recorded, newest first`}
      </ViewHead>
      <RequestFilters />
      {shown.value.length > 0 ? (
        <RequestList requests={shown.value.slice(0, mostShown.value)} current={current} />
      ) : (
        <Nothing isFiltered={all > 0} />
      )}
      {shown.value.length > mostShown.value && (
        <button type="button" class="button more" onClick={() => (mostShown.value += step)}>
          Show more
        </button>
      )}
    </>
  )
}

const Nothing = ({ isFiltered }: { readonly isFiltered: boolean }) =>
  isFiltered ? (
    <EmptyState title="No request matches these filters">
      <a href={linkTo(['requests'])}>Show all requests</a>
    </EmptyState>
  ) : (
    <EmptyState title="No requests yet">
      <p>
        Send one to <code>{location.origin}</code>, for example with the command that{' '}
        <code>plinth dev</code> printed. It appears here by itself.
      </p>
    </EmptyState>
  )
