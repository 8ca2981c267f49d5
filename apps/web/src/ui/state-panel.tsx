import type { ReactNode } from 'react'

interface StatePanelProps {
  readonly title: string
  readonly children?: ReactNode
  readonly isError?: boolean
}

/** A panel instead of a list: nothing there yet, nothing found, or no response of the service. */
export function StatePanel({ title, children, isError = false }: StatePanelProps) {
  return (
    <div className={isError ? 'state state-error' : 'state'} role={isError ? 'alert' : undefined}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}
