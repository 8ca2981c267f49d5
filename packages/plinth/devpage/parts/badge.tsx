import type { ComponentChildren } from 'preact'

/** The color of a badge, by its meaning. */
export type Tone = 'plain' | 'good' | 'info' | 'warn' | 'bad'

/** A short word with a colored ground. */
export const Badge = (props: {
  readonly tone?: Tone
  readonly title?: string
  readonly children: ComponentChildren
}) => (
  <span class={`badge badge-${props.tone ?? 'plain'}`} title={props.title}>
    {props.children}
  </span>
)

/** The tone of an HTTP status. */
export const toneOfStatus = (status: number): Tone => {
  if (status >= 500) return 'bad'
  if (status >= 400) return 'warn'
  if (status >= 300) return 'info'
  return status === 0 ? 'plain' : 'good'
}
