'use client'
import { sentenceOf } from '../client/problems.ts'
import { useLabels } from '../labels/use-labels.ts'
import { BellIcon, CalendarIcon, EditIcon, FlagIcon, FolderIcon, TrashIcon } from '../ui/icons.tsx'
import { useNotify } from '../ui/notices.tsx'
import { daysUntil, dueText } from './due-date.ts'
import { isReminded, reminderText } from './reminder.ts'
import { inputOf, isUnsaved, priorityNames, type Task } from './task.ts'
import { useCreateTask, useRemoveTask, useSetCompleted } from './use-tasks.ts'

interface TaskRowProps {
  readonly task: Task
  readonly onOpen: () => void
}

/** The row of a task: its checkbox, its title and its buttons. */
export function TaskRow({ task, onOpen }: TaskRowProps) {
  const { id, title, completed } = task
  const notify = useNotify()
  const reset = useSetCompleted()
  const setCompleted = useSetCompleted((done) =>
    notify({
      text: `${done.completed ? 'Done' : 'Open again'}: ${title}`,
      action: { label: 'Undo', run: () => reset.mutate({ id, completed: !done.completed }) },
    }),
  )
  const remove = useRemove(task)
  const isWaiting = isUnsaved(task)
  const state = completed ? ' task-done' : isReminded(task) ? ' task-reminded' : ''
  return (
    <li className={`task${state}`} aria-busy={isWaiting || undefined}>
      <input
        type="checkbox"
        className="check"
        aria-label={`Done: ${title}`}
        checked={completed}
        disabled={isWaiting}
        onChange={() => setCompleted.mutate({ id, completed: !completed })}
      />
      <div className="task-body">
        <button type="button" className="task-title" disabled={isWaiting} onClick={onOpen}>
          {title}
        </button>
        {task.description && <p className="task-description">{task.description}</p>}
        <Facts task={task} />
      </div>
      <div className="task-actions">
        <button
          type="button"
          className="icon-button"
          aria-label={`Edit ${title}`}
          disabled={isWaiting}
          onClick={onOpen}
        >
          <EditIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Delete ${title}`}
          disabled={isWaiting}
          onClick={remove}
        >
          <TrashIcon />
        </button>
      </div>
    </li>
  )
}

/** Deletes at once with an undo, which is better than a confirmation each time. */
function useRemove(task: Task): () => void {
  const notify = useNotify()
  const action = { label: 'Undo', run: () => create.mutate(inputOf(task)) }
  // the task is lost if it cannot be tried again
  const create = useCreateTask((error) =>
    notify({ isError: true, text: sentenceOf(error), action }),
  )
  const remove = useRemoveTask(() => notify({ text: `Deleted: ${task.title}`, action }))
  return () => {
    remove.mutate(task.id)
    // the row and its buttons are gone, so the focus must move
    document.getElementById('main')?.focus()
  }
}

function Facts({ task }: { readonly task: Task }) {
  const projects = useLabels('project')
  const project = projects.data?.find(({ id }) => id === task.projectId)
  const { dueAt, tags, priority, completed } = task
  const remindAt = completed ? null : task.remindAt
  const isLate = dueAt !== null && !completed && daysUntil(dueAt) < 0
  const isPlain = dueAt === null && remindAt === null && tags.length === 0
  if (!project && isPlain && priority === 'medium') return null
  return (
    <ul className="facts" aria-label="Details">
      {priority !== 'medium' && (
        <li className={`fact priority-${priority}`}>
          <FlagIcon />
          {priorityNames[priority]}
          <span className="visually-hidden"> priority</span>
        </li>
      )}
      {dueAt !== null && (
        <li className={isLate ? 'fact overdue' : 'fact'}>
          <CalendarIcon />
          <span className="visually-hidden">{isLate ? 'Overdue: ' : 'Due: '}</span>
          <time dateTime={dueAt}>{dueText(dueAt)}</time>
        </li>
      )}
      {remindAt !== null && (
        <li className={isReminded(task) ? 'fact reminded' : 'fact'}>
          <BellIcon />
          <span className={isReminded(task) ? undefined : 'visually-hidden'}>Reminder: </span>
          <time dateTime={remindAt}>{reminderText(remindAt)}</time>
        </li>
      )}
      {project && (
        <li className="fact">
          <FolderIcon />
          <span className="visually-hidden">Project: </span>
          {project.name}
        </li>
      )}
      {tags.map((tag) => (
        <li key={tag.id} className="fact tag">
          <span className="visually-hidden">Tag: </span>
          {tag.name}
        </li>
      ))}
    </ul>
  )
}
