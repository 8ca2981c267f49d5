import type { ReactNode } from 'react'

interface StatePanelProps {
  readonly title: string
  readonly children?: ReactNode
  readonly isError?: boolean
  /** `'h1'` where the panel is the whole page. Default `'h2'`. */
  readonly heading?: 'h1' | 'h2'
}

/** A panel instead of a list: nothing there yet, nothing found, or no response of the service. */
export function StatePanel(props: StatePanelProps) {
  const { title, children, isError = false, heading: Heading = 'h2' } = props
  return (
    <div className={isError ? 'state state-error' : 'state'} role={isError ? 'alert' : undefined}>
      <Heading>{title}</Heading>
      {children}
    </div>
  )
}
