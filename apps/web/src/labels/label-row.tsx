'use client'
import { useRef, useState, type FormEvent } from 'react'
import { shownOf } from '../client/problems.ts'
import { TextField } from '../ui/field.tsx'
import { EditIcon, TrashIcon } from '../ui/icons.tsx'
import { Modal } from '../ui/modal.tsx'
import { labelWords } from './label-words.ts'
import type { Label, LabelKind } from './label.ts'
import { useRemoveLabel, useRenameLabel } from './use-labels.ts'

interface LabelRowProps {
  readonly kind: LabelKind
  readonly label: Label
}

export function LabelRow({ kind, label }: LabelRowProps) {
  const [doing, setDoing] = useState<'rename' | 'remove'>()
  const done = () => setDoing(undefined)
  return (
    <li className="label-row">
      <span className="label-name">{label.name}</span>
      <button
        type="button"
        className="icon-button"
        aria-label={`Rename ${label.name}`}
        onClick={() => setDoing('rename')}
      >
        <EditIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Delete ${label.name}`}
        onClick={() => setDoing('remove')}
      >
        <TrashIcon />
      </button>
      {doing === 'rename' && <Rename kind={kind} label={label} onDone={done} />}
      {doing === 'remove' && <Removal kind={kind} label={label} onDone={done} />}
    </li>
  )
}

interface DialogProps extends LabelRowProps {
  readonly onDone: () => void
}

function Rename({ kind, label, onDone }: DialogProps) {
  const rename = useRenameLabel(kind)
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState(label.name)
  const { fields, sentence } = rename.isError
    ? shownOf(rename.error, ['name'])
    : { fields: {}, sentence: undefined }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    rename.mutate(
      { id: label.id, name: name.trim() },
      { onSuccess: onDone, onError: () => input.current?.focus() },
    )
  }
  return (
    <Modal title={`Rename ${labelWords[kind].one.toLowerCase()}`} onClose={onDone}>
      <form noValidate onSubmit={onSubmit}>
        <TextField
          ref={input}
          data-autofocus
          label="Name"
          value={name}
          autoComplete="off"
          error={fields['name'] ?? sentence}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="modal-foot">
          <button type="button" className="button button-quiet" onClick={onDone}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={rename.isPending}>
            Save
          </button>
        </div>
      </form>
    </Modal>
  )
}

function Removal({ kind, label, onDone }: DialogProps) {
  const remove = useRemoveLabel(kind)
  const onRemove = (): void => {
    remove.mutate(label.id)
    onDone()
    // the row and its buttons are gone, so the focus must move
    document.getElementById('main')?.focus()
  }
  return (
    <Modal title={`Delete “${label.name}”?`} onClose={onDone}>
      <p>{labelWords[kind].removal}</p>
      <div className="modal-foot">
        <button type="button" data-autofocus className="button button-quiet" onClick={onDone}>
          Keep it
        </button>
        <button type="button" className="button button-danger" onClick={onRemove}>
          Delete
        </button>
      </div>
    </Modal>
  )
}
