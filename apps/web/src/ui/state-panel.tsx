import type { ReactNode } from 'react'

interface StatePanelProps {
  readonly title: string
  readonly children?: ReactNode
  readonly isError?: boolean
}

/** What stands where a list would: nothing there yet, nothing found, or nobody answers. */
export function StatePanel({ title, children, isError = false }: StatePanelProps) {
  return (
    <div className={isError ? 'state state-error' : 'state'} role={isError ? 'alert' : undefined}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}
