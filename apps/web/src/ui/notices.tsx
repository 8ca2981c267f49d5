'use client'
import { createContext, use, useCallback, useState, type ReactNode } from 'react'
import { CloseIcon } from './icons.tsx'

/** A notice at the bottom of the page. */
export interface Notice {
  readonly text: string
  /** Read out at once, and shown longer. */
  readonly isError?: boolean
  readonly action?: { readonly label: string; readonly run: () => void }
}

const NoticeContext = createContext<(notice: Notice) => void>(() => {})
const shownFor = { error: 12_000, other: 7000 }

interface Kept extends Notice {
  readonly key: string
}

/** Provides notices to the pages below it. Only the newest is shown, so that no two contradict. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Kept>()
  const drop = useCallback(
    (key: string) => setShown((now) => (now?.key === key ? undefined : now)),
    [],
  )
  const notify = useCallback(
    (notice: Notice) => {
      const key = crypto.randomUUID()
      setShown({ ...notice, key })
      setTimeout(() => drop(key), notice.isError ? shownFor.error : shownFor.other)
    },
    [drop],
  )
  const line = shown && <Line key={shown.key} notice={shown} onDrop={() => drop(shown.key)} />
  return (
    <NoticeContext value={notify}>
      {children}
      <div className="notices">
        <div role="status">{!shown?.isError && line}</div>
        <div role="alert">{shown?.isError && line}</div>
      </div>
    </NoticeContext>
  )
}

function Line({ notice, onDrop }: { readonly notice: Notice; readonly onDrop: () => void }) {
  const { text, action, isError } = notice
  return (
    <div className={isError ? 'notice notice-error' : 'notice'}>
      <p>{text}</p>
      {action && (
        <button
          type="button"
          className="notice-action"
          onClick={() => {
            action.run()
            onDrop()
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={onDrop}>
        <CloseIcon />
      </button>
    </div>
  )
}

/** Shows a notice. */
export const useNotify = (): ((notice: Notice) => void) => use(NoticeContext)
