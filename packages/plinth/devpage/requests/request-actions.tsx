import { useSignal } from '@preact/signals'
import type { RecordedRequest } from '../../src/devtools/recorder/recorded.types.ts'
import type { Replayed } from '../../src/devtools/requests/replayed.types.ts'
import { send } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { notify, notifyError } from '../parts/notices.tsx'
import { goTo, linkTo, place } from '../router.ts'

/** Methods that change nothing, and are sent again without a question. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Sends a request again, or copies it as a command or a test. */
export function RequestActions({ request }: { readonly request: RecordedRequest }) {
  const { id, method, kind } = request
  const asks = useSignal(false)
  const isSending = useSignal(false)
  if (kind !== 'request') return null
  const replay = async (): Promise<void> => {
    asks.value = false
    isSending.value = true
    try {
      const replayed = await send<Replayed>('POST', `/requests/${id}/replay`)
      notify(`Sent again: ${replayed.status}`)
      goTo(linkTo(['requests', replayed.id], place.value.query))
    } catch (error) {
      notifyError(error)
    } finally {
      isSending.value = false
    }
  }
  const begin = (): void => {
    if (safe.has(method)) void replay()
    else asks.value = true
  }
  const text = (path: string, body?: object) => async (): Promise<string> =>
    (await send<{ text: string }>('POST', `/requests/${id}/${path}`, body)).text
  return (
    <div class="actions">
      <button
        type="button"
        class="button button-small"
        disabled={!request.canReplay || isSending.value}
        title={request.canReplay ? undefined : 'Its headers or its body are no longer in memory'}
        onClick={begin}
      >
        Send again
      </button>
      <CopyButton text={text('curl')} label="Copy as curl" />
      <CopyButton text={text('curl', { secrets: true })} label="Copy curl with secrets" />
      <CopyButton text={text('test')} label="Copy as test" />
      {asks.value && (
        <Question
          request={request}
          onSend={() => void replay()}
          onClose={() => {
            asks.value = false
          }}
        />
      )}
    </div>
  )
}

const Question = (props: {
  readonly request: RecordedRequest
  readonly onSend: () => void
  readonly onClose: () => void
}) => (
  <Dialog
    title="Send this request again?"
    onClose={props.onClose}
    actions={
      <button type="button" class="button button-primary" onClick={props.onSend}>
        Send {props.request.method} again
      </button>
    }
  >
    <p>
      It may change data, as it did the first time. It is sent with the headers, the credentials and
      the body that it had.
    </p>
    <p class="mono">
      {props.request.method} {props.request.target}
    </p>
  </Dialog>
)
