import { useSignal } from '@preact/signals'
import type { PlannedChange, RowChange } from '../../src/devtools/tables/shown-table.types.ts'
import { send } from '../api.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { notify } from '../parts/notices.tsx'

const words = {
  insert: { title: 'Insert this row?', button: 'Insert the row', done: 'The row was inserted' },
  update: { title: 'Change this row?', button: 'Change the row', done: 'The row was changed' },
  delete: { title: 'Delete this row?', button: 'Delete the row', done: 'The row was deleted' },
} as const

/** Shows the statement of a change with its values, and runs it when it is confirmed. */
export function ConfirmChange(props: {
  readonly table: string
  readonly change: RowChange
  readonly plan: PlannedChange
  readonly onClose: () => void
  readonly onDone: (kind: RowChange['kind']) => void
}) {
  const { change, plan, onClose } = props
  const failure = useSignal('')
  const isRunning = useSignal(false)
  const run = async (): Promise<void> => {
    isRunning.value = true
    try {
      const path = `/tables/${encodeURIComponent(props.table)}/change`
      await send('POST', path, { change, confirm: plan.confirm })
      notify(words[change.kind].done)
      onClose()
      props.onDone(change.kind)
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
      isRunning.value = false
    }
  }
  return (
    <Dialog
      title={words[change.kind].title}
      onClose={onClose}
      actions={
        <button
          type="button"
          class={change.kind === 'delete' ? 'button button-danger' : 'button button-primary'}
          disabled={isRunning.value}
          onClick={() => void run()}
        >
          {words[change.kind].button}
        </button>
      }
    >
      <p class="muted">This statement runs in a transaction on the database of the app.</p>
      <CodeBlock label="Statement" text={plan.statement} wraps />
      {plan.params.length > 0 && (
        <dl class="params" aria-label="Values">
          {plan.params.map((value, at) => (
            <div key={at}>
              <dt>${at + 1}</dt>
              <dd>{value ?? <span class="muted">null</span>}</dd>
            </div>
          ))}
        </dl>
      )}
      {failure.value !== '' && (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
    </Dialog>
  )
}
