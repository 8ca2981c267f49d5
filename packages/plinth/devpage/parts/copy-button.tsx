import { useSignal } from '@preact/signals'
import { notifyError } from './notices.tsx'

/** Copies a text, or the text that a function loads. */
export function CopyButton(props: {
  readonly text: string | (() => Promise<string>)
  readonly label?: string
  readonly class?: string
}) {
  const isDone = useSignal(false)
  const copy = async (): Promise<void> => {
    try {
      await copyText(typeof props.text === 'string' ? props.text : await props.text())
      isDone.value = true
      setTimeout(() => {
        isDone.value = false
      }, 1600)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <button type="button" class={props.class ?? 'button button-small'} onClick={() => void copy()}>
      {isDone.value ? 'Copied' : (props.label ?? 'Copy')}
    </button>
  )
}

/** The clipboard of the browser needs a secure context, which `localhost` is. */
async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
}
