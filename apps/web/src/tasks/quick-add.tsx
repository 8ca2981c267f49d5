'use client'
import { useId, useRef, useState, type FormEvent } from 'react'
import { shownOf } from '../client/problems.ts'
import { useNotify } from '../ui/notices.tsx'
import type { TaskFilter } from './task-filter.ts'
import type { TaskInput } from './task.ts'
import { useCreateTask } from './use-tasks.ts'

interface QuickAddProps {
  readonly filter: TaskFilter
  /** Asked for all fields, with the title as far as it is written. */
  readonly onMore: (title: string) => void
}

/** A task in one line: into the project that is shown, the rest as it usually is. */
export function QuickAdd({ filter, onMore }: QuickAddProps) {
  const create = useCreateTask()
  const notify = useNotify()
  const input = useRef<HTMLInputElement>(null)
  const [title, setTitle] = useState('')
  const id = useId()
  const [error, setError] = useState<string>()

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = title.trim()
    setTitle('')
    setError(undefined)
    create.mutateAsync(inputOf(wanted, filter)).then(
      () => notify({ text: `Added: ${wanted}` }),
      (problem: unknown) => {
        const { fields, sentence } = shownOf(problem, ['title'])
        setError(fields['title'] ?? sentence)
        // nothing that somebody wrote is lost
        setTitle((now) => (now === '' ? wanted : now))
        input.current?.focus()
      },
    )
  }
  return (
    <form className="quick-add" noValidate onSubmit={onSubmit}>
      <label htmlFor={id} className="visually-hidden">
        New task
      </label>
      <input
        ref={input}
        id={id}
        value={title}
        placeholder="What needs doing?"
        autoComplete="off"
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        onChange={(event) => {
          setTitle(event.target.value)
          setError(undefined)
        }}
      />
      <button type="submit" className="button button-primary">
        Add
      </button>
      <button
        type="button"
        className="button details"
        aria-label="All details"
        onClick={() => {
          onMore(title)
          setTitle('')
        }}
      >
        <span className="wide">Details</span>…
      </button>
      {error !== undefined && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </form>
  )
}

const inputOf = (title: string, { priority, project }: TaskFilter): TaskInput => ({
  title,
  description: null,
  priority: priority ?? 'medium',
  dueAt: null,
  projectId: project ?? null,
  tagIds: [],
})
