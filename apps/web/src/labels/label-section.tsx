'use client'
import { useRef, useState, type FormEvent } from 'react'
import { shownOf } from '../client/problems.ts'
import { TextField } from '../ui/field.tsx'
import { LoadFailed } from '../ui/load-failed.tsx'
import { useNotify } from '../ui/notices.tsx'
import { LabelRow } from './label-row.tsx'
import { labelWords } from './label-words.ts'
import type { LabelKind } from './label.ts'
import { useCreateLabel, useLabels } from './use-labels.ts'

/** All projects or all tags, to be added, renamed and removed. */
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
  const create = useCreateLabel(kind)
  const notify = useNotify()
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState('')
  const words = labelWords[kind]
  const { fields, sentence } = create.isError
    ? shownOf(create.error, ['name'])
    : { fields: {}, sentence: undefined }

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    create.mutate(name.trim(), {
      onSuccess: () => {
        setName('')
        notify({ text: `${words.one} “${name.trim()}” added` })
      },
      onError: () => input.current?.focus(),
    })
  }
  return (
    <form className="new-label" noValidate onSubmit={onSubmit}>
      <TextField
        ref={input}
        label={`New ${words.one.toLowerCase()}`}
        value={name}
        autoComplete="off"
        error={fields['name'] ?? sentence}
        onChange={(event) => {
          setName(event.target.value)
          if (create.isError) create.reset()
        }}
      />
      <button type="submit" className="button" disabled={create.isPending}>
        Add
      </button>
    </form>
  )
}
