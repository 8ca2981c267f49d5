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

/** Provides notices to the pages below it. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Kept[]>([])
  const drop = useCallback(
    (key: string) => setNotices((all) => all.filter((notice) => notice.key !== key)),
    [],
  )
  const notify = useCallback(
    (notice: Notice) => {
      const key = crypto.randomUUID()
      // one at a time per kind: only the newest can be undone
      setNotices((all) => [
        ...all.filter((other) => (other.isError ?? false) !== (notice.isError ?? false)),
        { ...notice, key },
      ])
      setTimeout(() => drop(key), notice.isError ? shownFor.error : shownFor.other)
    },
    [drop],
  )
  const lines = (isError: boolean) =>
    notices
      .filter((notice) => (notice.isError ?? false) === isError)
      .map((notice) => <Line key={notice.key} notice={notice} onDrop={() => drop(notice.key)} />)
  return (
    <NoticeContext value={notify}>
      {children}
      <div className="notices">
        <div role="status">{lines(false)}</div>
        <div role="alert">{lines(true)}</div>
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
