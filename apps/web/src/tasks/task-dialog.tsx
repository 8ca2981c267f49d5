'use client'
import { useRef, type FormEvent } from 'react'
import { shownOf, type FieldErrors } from '../client/problems.ts'
import { AreaField, SelectField, TextField } from '../ui/field.tsx'
import { Modal } from '../ui/modal.tsx'
import { useNotify } from '../ui/notices.tsx'
import { LabelFields } from './label-fields.tsx'
import { dateFieldOf, dueAtOf } from './due-date.ts'
import { timeFieldOf, timeOf } from './reminder.ts'
import { priorities, priorityNames, type Priority, type Task, type TaskInput } from './task.ts'
import { useTagChoice } from './use-tag-choice.ts'
import { useCreateTask, useUpdateTask } from './use-tasks.ts'

interface TaskDialogProps {
  /** The existing task; without one, a new task. */
  readonly task: Task | undefined
  /** The title of a new task so far. */
  readonly title?: string | undefined
  readonly projectId?: string | undefined
  readonly onClose: () => void
}

const known = ['title', 'description', 'priority', 'dueAt', 'remindAt', 'projectId', 'tagIds']

/**
 * The dialog for all fields of a task.
 *
 * It stays open until the API accepts them, and shows problems per field.
 */
export function TaskDialog({ task, title, projectId, onClose }: TaskDialogProps) {
  const form = useRef<HTMLFormElement>(null)
  const notify = useNotify()
  const tags = useTagChoice(task)
  const save = useSave(task)
  const { fields, sentence } = save.error
    ? shownOf(save.error, known)
    : { fields: {}, sentence: undefined }

  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const tagIds = await tags.settle()
    // a tag was refused, or the dialog was closed meanwhile
    if (tagIds === undefined || form.current === null) return
    const input = inputOfForm(new FormData(form.current), tagIds)
    save.run(input, {
      onSuccess: () => {
        notify({ text: `${task ? 'Saved' : 'Added'}: ${input.title}` })
        onClose()
      },
      onError: (error: Error) => {
        const [first] = Object.keys(shownOf(error, known).fields)
        form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus()
      },
    })
  }
  return (
    <Modal title={task ? 'Edit task' : 'New task'} onClose={onClose}>
      <form ref={form} noValidate onSubmit={(event) => void onSubmit(event)}>
        <TaskFields task={task} title={title} errors={fields} />
        <LabelFields task={task} projectId={projectId} tags={tags} errors={fields} />
        <p className="form-error" role="alert">
          {sentence}
        </p>
        <div className="modal-foot">
          <button type="button" className="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={save.isPending || tags.fresh.isPending}
          >
            {save.isPending ? 'Saving…' : task ? 'Save' : 'Add task'}
          </button>
        </div>
      </form>
    </Modal>
  )
}

interface TaskFieldsProps {
  readonly task: Task | undefined
  readonly title: string | undefined
  readonly errors: FieldErrors
}

/** The fields of a task itself. Its project and tags are selected from lists. */
function TaskFields({ task, title, errors }: TaskFieldsProps) {
  return (
    <>
      <TextField
        data-autofocus
        label="Title"
        name="title"
        autoComplete="off"
        defaultValue={task?.title ?? title ?? ''}
        error={errors['title']}
      />
      <AreaField
        label="Description"
        name="description"
        rows={3}
        defaultValue={task?.description ?? ''}
        error={errors['description']}
      />
      <div className="fields">
        <SelectField
          label="Priority"
          name="priority"
          defaultValue={task?.priority ?? 'medium'}
          error={errors['priority']}
        >
          {priorities.map((value) => (
            <option key={value} value={value}>
              {priorityNames[value]}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Due"
          name="dueAt"
          type="date"
          defaultValue={dateFieldOf(task?.dueAt ?? null)}
          error={errors['dueAt']}
        />
        <TextField
          label="Remind me"
          name="remindAt"
          type="datetime-local"
          defaultValue={timeFieldOf(task?.remindAt ?? null)}
          error={errors['remindAt']}
        />
      </div>
    </>
  )
}

interface Outcome {
  readonly onSuccess: () => void
  readonly onError: (error: Error) => void
}

function useSave(task: Task | undefined) {
  const create = useCreateTask()
  const update = useUpdateTask()
  const { error, isPending } = task ? update : create
  const run = (input: TaskInput, outcome: Outcome): void =>
    task ? update.mutate({ id: task.id, input }, outcome) : create.mutate(input, outcome)
  return { error, isPending, run }
}

function inputOfForm(form: FormData, tagIds: readonly string[]): TaskInput {
  const text = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  return {
    title: text('title'),
    description: text('description') || null,
    priority: text('priority') as Priority,
    dueAt: dueAtOf(text('dueAt')),
    remindAt: timeOf(text('remindAt')),
    projectId: text('projectId') || null,
    tagIds,
  }
}
