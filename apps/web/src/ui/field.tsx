'use client'
import { useId, type ComponentProps, type ReactNode } from 'react'

interface Labelled {
  readonly label: string
  /** Shown next to the field, and read out with it. */
  readonly error?: string | undefined
  readonly hint?: string | undefined
}

interface Wiring {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

/** A field with its label above and its problem below, connected for screen readers. */
function Labelling({
  label,
  error,
  hint,
  children,
}: Labelled & { readonly children: (wiring: Wiring) => ReactNode }) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-describedby': note === undefined ? undefined : `${id}-note`,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} className={error === undefined ? 'hint' : 'field-error'}>
          {note}
        </p>
      )}
    </div>
  )
}

export function TextField({ label, error, hint, ...input }: Labelled & ComponentProps<'input'>) {
  return (
    <Labelling label={label} error={error} hint={hint}>
      {(wiring) => <input {...input} {...wiring} />}
    </Labelling>
  )
}

export function AreaField({ label, error, hint, ...area }: Labelled & ComponentProps<'textarea'>) {
  return (
    <Labelling label={label} error={error} hint={hint}>
      {(wiring) => <textarea {...area} {...wiring} />}
    </Labelling>
  )
}

export function SelectField({
  label,
  error,
  hint,
  ...select
}: Labelled & ComponentProps<'select'>) {
  return (
    <Labelling label={label} error={error} hint={hint}>
      {(wiring) => <select {...select} {...wiring} />}
    </Labelling>
  )
}
