import type { ComponentChildren } from 'preact'

/** The head of a view: its title, one sentence, and its actions. */
export const ViewHead = (props: {
  readonly title: string
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
}) => (
  <div class="view-head">
    <div class="view-head-text">
      <h2 class="view-title">{props.title}</h2>
      {props.children !== undefined && <p class="view-lead">{props.children}</p>}
    </div>
    {props.actions !== undefined && <div class="view-actions">{props.actions}</div>}
  </div>
)
