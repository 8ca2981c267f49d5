import type { ComponentChildren } from 'preact'

/** A list, and the details of the chosen entry beside it. On a phone the details cover the list. */
export const SplitPane = (props: {
  readonly list: ComponentChildren
  /** `undefined` if nothing is chosen. */
  readonly detail: ComponentChildren | undefined
  /** The name of the details, for screen readers. */
  readonly label: string
  /** The address of the list alone. */
  readonly back: string
}) => (
  <div class={props.detail === undefined ? 'split' : 'split split-open'}>
    <div class="split-list">{props.list}</div>
    {props.detail !== undefined && (
      <section class="split-detail" aria-label={props.label}>
        <a class="split-back" href={props.back}>
          Close
        </a>
        {props.detail}
      </section>
    )}
  </div>
)
