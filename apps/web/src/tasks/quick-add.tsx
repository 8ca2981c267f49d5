'use client'
import { useId, useRef, useState, type FormEvent } from 'react'
import { shownOf } from '../client/problems.ts'
import { useNotify } from '../ui/notices.tsx'
import type { TaskFilter } from './task-filter.ts'
import type { TaskInput } from './task.ts'
import { useCreateTask } from './use-tasks.ts'

interface QuickAddProps {
  readonly filter: TaskFilter
  /** Called to show all fields, with the title so far. */
  readonly onMore: (title: string) => void
}

/** The one-line form for a task. It uses the shown project and the defaults. */
export function QuickAdd({ filter, onMore }: QuickAddProps) {
  const { input, title, setTitle, error, submit } = useLine(filter)
  const id = useId()
  return (
    <form className="quick-add" noValidate onSubmit={submit}>
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
        onChange={(event) => setTitle(event.target.value)}
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

/** The state of the form: the title, its problem, and the function that adds the task. */
function useLine(filter: TaskFilter) {
  const create = useCreateTask()
  const notify = useNotify()
  const input = useRef<HTMLInputElement>(null)
  const [title, setWritten] = useState('')
  const [error, setError] = useState<string>()
  const setTitle = (written: string): void => {
    setWritten(written)
    setError(undefined)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = title.trim()
    setTitle('')
    create.mutateAsync(inputOf(wanted, filter)).then(
      () => notify({ text: `Added: ${wanted}` }),
      (problem: unknown) => {
        const { fields, sentence } = shownOf(problem, ['title'])
        setError(fields['title'] ?? sentence)
        // keeps the text that the user wrote
        setWritten((now) => (now === '' ? wanted : now))
        input.current?.focus()
      },
    )
  }
  return { input, title, setTitle, error, submit }
}

const inputOf = (title: string, { priority, project }: TaskFilter): TaskInput => ({
  title,
  description: null,
  priority: priority ?? 'medium',
  dueAt: null,
  remindAt: null,
  projectId: project ?? null,
  tagIds: [],
})
