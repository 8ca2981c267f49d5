import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

/** A modal dialog. It is open as long as it is rendered; Escape and its buttons close it. */
export function Dialog(props: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  /** The buttons at its end, after "Cancel". */
  readonly actions?: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={id} onClose={props.onClose}>
      <h2 class="dialog-title" id={id}>
        {props.title}
      </h2>
      <div class="dialog-body">{props.children}</div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        {props.actions}
      </div>
    </dialog>
  )
}
