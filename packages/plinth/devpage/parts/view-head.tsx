import type { ComponentChildren } from 'preact'

/** The head of a view: its title, one sentence, and its actions. */
export const ViewHead = (props: {
  readonly title: string
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
}) => (
  <div class="view-head">
    <div class="view-head-text">
      <h1>{props.title}</h1>
      {props.children !== undefined && <p class="view-lead">{props.children}</p>}
    </div>
    {props.actions !== undefined && <div class="view-actions">{props.actions}</div>}
  </div>
)
