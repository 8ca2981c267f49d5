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
  const create = useCreateLabel(kind)
  const notify = useNotify()
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState('')
  const words = labelWords[kind]
  const [error, setError] = useState<string>()

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = name.trim()
    setName('')
    setError(undefined)
    create.mutateAsync(wanted).then(
      () => notify({ text: `Added: ${wanted}` }),
      (problem: unknown) => {
        const { fields, sentence } = shownOf(problem, ['name'])
        setError(fields['name'] ?? sentence)
        // keeps the text that the user wrote
        setName((now) => (now === '' ? wanted : now))
        input.current?.focus()
      },
    )
  }
  return (
    <form className="new-label" noValidate onSubmit={onSubmit}>
      <TextField
        ref={input}
        label={`New ${words.one.toLowerCase()}`}
        value={name}
        autoComplete="off"
        error={error}
        onChange={(event) => {
          setName(event.target.value)
          setError(undefined)
        }}
      />
      <button type="submit" className="button">
        Add
      </button>
    </form>
  )
}
