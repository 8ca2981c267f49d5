'use client'
import type { FormEvent } from 'react'
import { TextField } from '../ui/field.tsx'
import { LoadFailed } from '../ui/load-failed.tsx'
import { useNotify } from '../ui/notices.tsx'
import { LabelRow } from './label-row.tsx'
import { labelWords } from './label-words.ts'
import type { LabelKind } from './label.ts'
import { useLabels, useNewLabel } from './use-labels.ts'

/** The list of all projects or tags, to add, rename and remove them. */
export function LabelSection({ kind }: { readonly kind: LabelKind }) {
  const labels = useLabels(kind)
  const words = labelWords[kind]
  return (
    <section className="labels" aria-labelledby={`${kind}-heading`}>
      <h2 id={`${kind}-heading`}>{words.many}</h2>
      <NewLabel kind={kind} />
      {labels.isPending && <p className="loading">Loading…</p>}
      {labels.isError && labels.data === undefined && (
        <LoadFailed error={labels.error} retry={() => void labels.refetch()} />
      )}
      {labels.data?.length === 0 && <p className="nothing">{words.none}</p>}
      {labels.data && labels.data.length > 0 && (
        <ul className="label-list">
          {labels.data.map((label) => (
            <LabelRow key={label.id} kind={kind} label={label} />
          ))}
        </ul>
      )}
    </section>
  )
}

function NewLabel({ kind }: { readonly kind: LabelKind }) {
  const { input, name, setName, error, add } = useNewLabel(kind)
  const notify = useNotify()
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    void add().then((label) => label && notify({ text: `Added: ${label.name}` }))
  }
  return (
    <form className="new-label" noValidate onSubmit={onSubmit}>
      <TextField
        ref={input}
        label={`New ${labelWords[kind].one.toLowerCase()}`}
        value={name}
        autoComplete="off"
        error={error}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button">
        Add
      </button>
    </form>
  )
}
