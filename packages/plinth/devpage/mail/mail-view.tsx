import type { MailSummary, ShownMail } from '../../src/devtools/mail/shown-mail.types.ts'
import { send } from '../api.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { EmptyState, ErrorState, Loading } from '../parts/empty-state.tsx'
import { counted, timeOfDay } from '../parts/format.ts'
import { notifyError } from '../parts/notices.tsx'
import { SplitPane } from '../parts/split-pane.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { useData } from '../parts/use-data.ts'
import { ViewHead } from '../parts/view-head.tsx'
import { linkTo, place } from '../router.ts'

const columns: readonly Column<MailSummary>[] = [
  { title: 'To', cell: ({ to }) => <span class="cell">{to}</span> },
  {
    title: 'Subject',
    isWide: true,
    cell: ({ id, subject }) => (
      <a class="row-link" href={linkTo(['mail', id])}>
        {subject}
      </a>
    ),
  },
  { title: 'At', cell: ({ at }) => <span class="muted">{timeOfDay(at)}</span>, isNumber: true },
]

const example = `import { devMail, type DevMail } from 'plinth'

export async function sendMail(mail: DevMail) {
  if (devMail(mail)) return // plinth dev: it is shown here
  await transport.sendMail(mail)
}`

/** The emails that the app would have sent. */
export function MailView() {
  const [id] = place.value.rest
  const { data, error, reload } = useData<readonly MailSummary[]>('/mail')
  const clear = (): void => void send('DELETE', '/mail').then(reload, notifyError)
  return (
    <SplitPane
      label="Email"
      back={linkTo(['mail'])}
      list={
        <>
          <ViewHead
            title="Mail"
            actions={
              <>
                <button type="button" class="button button-small" onClick={reload}>
                  Refresh
                </button>
                <button
                  type="button"
                  class="button button-small"
                  onClick={clear}
                  disabled={(data?.length ?? 0) === 0}
                >
                  Clear
                </button>
              </>
            }
          >
            {data === undefined ? 'Emails' : counted(data.length, 'email')} that were not sent,
            newest first
          </ViewHead>
          {error !== undefined && <ErrorState error={error} />}
          {data === undefined && error === undefined && <Loading />}
          {data?.length === 0 && <NoMail />}
          {data !== undefined && data.length > 0 && (
            <Table
              label="Emails"
              columns={columns}
              rows={data}
              keyOf={(mail) => mail.id}
              isCurrent={(mail) => String(mail.id) === id}
            />
          )}
        </>
      }
      detail={id === undefined ? undefined : <Mail id={id} key={id} />}
    />
  )
}

const NoMail = () => (
  <>
    <EmptyState title="No email yet">
      Call <code>devMail()</code> first in your function that sends email. In production it does
      nothing.
    </EmptyState>
    <CodeBlock label="Example" text={example} />
  </>
)

function Mail({ id }: { readonly id: string }) {
  const { data, error } = useData<ShownMail>(`/mail/${encodeURIComponent(id)}`)
  if (error !== undefined) return <ErrorState error={error} />
  if (data === undefined) return <Loading />
  return (
    <article class="detail">
      <h2>{data.subject}</h2>
      <dl class="facts">
        <div>
          <dt>To</dt>
          <dd>{data.to}</dd>
        </div>
        {data.from !== null && (
          <div>
            <dt>From</dt>
            <dd>{data.from}</dd>
          </div>
        )}
        <div>
          <dt>At</dt>
          <dd>{timeOfDay(data.at)}</dd>
        </div>
      </dl>
      {data.html !== null && (
        <section>
          <h3>Content</h3>
          <p class="mail-content">
            {data.pieces.map(({ text, href }, at) =>
              href === undefined ? (
                text
              ) : (
                <a key={at} href={href} target="_blank" rel="noreferrer noopener">
                  {text}
                </a>
              ),
            )}
          </p>
        </section>
      )}
      {data.text !== null && (
        <section>
          <h3>Text</h3>
          <CodeBlock label="Text of the email" text={data.text} wraps />
        </section>
      )}
      {data.html !== null && (
        <details class="graph-text">
          <summary>HTML source</summary>
          <CodeBlock label="HTML source" text={data.html} wraps />
        </details>
      )}
    </article>
  )
}
