'use client'
import { useApi } from '../client/api.tsx'
import { isUnreachable, sentenceOf } from '../client/problems.ts'
import { StatePanel } from './state-panel.tsx'

interface LoadFailedProps {
  readonly error: unknown
  readonly retry: () => void
}

/** Replaces a list that failed to load, with the reason and a retry button. */
export function LoadFailed({ error, retry }: LoadFailedProps) {
  const { url } = useApi()
  const isDown = isUnreachable(error)
  return (
    <StatePanel
      isError
      title={isDown ? 'The tasks service is not responding' : 'That did not work'}
    >
      <p>
        {isDown
          ? `There is no response from ${url}. Your tasks are safe there; they are just out of reach.`
          : sentenceOf(error)}
      </p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </StatePanel>
  )
}
