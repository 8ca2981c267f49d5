'use client'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { AuthFailure } from './auth-failure.ts'

/** The values of the fields, by name. */
export type Entered = Readonly<Record<string, string>>

interface AccountFormProps {
  readonly title: string
  /** A sentence above the form: why the user is here. */
  readonly note?: string | undefined
  readonly submit: string
  readonly fields: (errors: AuthFailure['fields']) => ReactNode
  /** Sends the form. Returns the problems, or undefined if the next page is on its way. */
  readonly send: (entered: Entered) => Promise<AuthFailure | undefined>
  /** The part below the form. */
  readonly children?: ReactNode
}

/** A page with a form about the account. Each problem is shown next to its field, and the first one has the focus. */
export function AccountForm({ title, note, submit, fields, send, children }: AccountFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const [failure, setFailure] = useState<AuthFailure>({ fields: {} })
  const [isBusy, setBusy] = useState(false)

  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const entered = Object.fromEntries(new FormData(event.currentTarget)) as Entered
    setBusy(true)
    const failed = await send(entered)
    setFailure(failed ?? { fields: {} })
    if (failed === undefined) return
    setBusy(false)
    const [first] = Object.keys(failed.fields)
    if (first !== undefined) form.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus()
  }
  return (
    <main className="account">
      <p className="brand">Tasks</p>
      <h1>{title}</h1>
      {note !== undefined && <p role="status">{note}</p>}
      <form ref={form} noValidate onSubmit={(event) => void onSubmit(event)}>
        {fields(failure.fields)}
        <p className="form-error" role="alert">
          {failure.sentence}
        </p>
        <button type="submit" className="button button-primary" disabled={isBusy}>
          {isBusy ? 'One moment…' : submit}
        </button>
      </form>
      {children}
    </main>
  )
}
