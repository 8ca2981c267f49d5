import type { ComponentChildren } from 'preact'

/** Shown where there is nothing yet: what would be here, and how to get it. */
export const EmptyState = (props: {
  readonly title: string
  readonly children?: ComponentChildren
}) => (
  <div class="empty">
    <p class="empty-title">{props.title}</p>
    {props.children !== undefined && <div class="empty-text">{props.children}</div>}
  </div>
)

/** Shown where loading failed. */
export const ErrorState = (props: { readonly error: Error }) => (
  <div class="empty empty-error" role="alert">
    <p class="empty-title">This could not be loaded</p>
    <p class="empty-text">{props.error.message}</p>
  </div>
)

/** Shown while something loads. */
export const Loading = () => (
  <p class="loading" role="status">
    Loading…
  </p>
)
