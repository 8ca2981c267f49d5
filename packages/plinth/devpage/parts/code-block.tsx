import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy-button.tsx'

/** Code with a button that copies it. It scrolls sideways, also by keyboard. */
export const CodeBlock = (props: {
  readonly text: string
  /** What it is, for screen readers: "Statement". */
  readonly label: string
  /** The text with marks; default: the text itself. */
  readonly children?: ComponentChildren
  /** Breaks long lines. */
  readonly wraps?: boolean
}) => (
  <div class="code">
    <pre
      class={props.wraps === true ? 'code-text code-wraps' : 'code-text'}
      tabIndex={0}
      role="group"
      aria-label={props.label}
    >
      <code>{props.children ?? props.text}</code>
    </pre>
    <CopyButton text={props.text} class="button button-small code-copy" />
  </div>
)
