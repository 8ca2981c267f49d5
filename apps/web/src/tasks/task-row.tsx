'use client'
import { useLabels } from '../labels/use-labels.ts'
import { CalendarIcon, EditIcon, FlagIcon, FolderIcon, TrashIcon } from '../ui/icons.tsx'
import { useNotify } from '../ui/notices.tsx'
import { daysUntil, dueText } from './due-date.ts'
import { inputOf, isUnsaved, priorityNames, type Task } from './task.ts'
import { useCreateTask, useRemoveTask, useSetCompleted } from './use-tasks.ts'

interface TaskRowProps {
  readonly task: Task
  readonly onOpen: () => void
}

/** The row of a task: its checkbox, its title and its buttons. */
export function TaskRow({ task, onOpen }: TaskRowProps) {
  const setCompleted = useSetCompleted()
  const remove = useRemove()
  const notify = useNotify()
  const { id, title, completed } = task
  const isWaiting = isUnsaved(task)

  const onComplete = (): void => {
    setCompleted.mutate({ id, completed: !completed })
    const undo = () => setCompleted.mutate({ id, completed })
    notify({
      text: `${completed ? 'Open again' : 'Done'}: ${title}`,
      action: { label: 'Undo', run: undo },
    })
  }
  return (
    <li className={completed ? 'task task-done' : 'task'} aria-busy={isWaiting || undefined}>
      <input
        type="checkbox"
        className="check"
        aria-label={`Done: ${title}`}
        checked={completed}
        disabled={isWaiting}
        onChange={onComplete}
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
          onClick={() => remove(task)}
        >
          <TrashIcon />
        </button>
      </div>
    </li>
  )
}

/** Deletes at once with an undo, which is better than a confirmation each time. */
function useRemove(): (task: Task) => void {
  const remove = useRemoveTask()
  const create = useCreateTask()
  const notify = useNotify()
  return (task) => {
    remove.mutate(task.id)
    const undo = () => create.mutate(inputOf(task))
    notify({ text: `Deleted: ${task.title}`, action: { label: 'Undo', run: undo } })
    // the row and its buttons are gone, so the focus must move
    document.getElementById('main')?.focus()
  }
}

function Facts({ task }: { readonly task: Task }) {
  const projects = useLabels('project')
  const project = projects.data?.find(({ id }) => id === task.projectId)
  const { dueAt, tags, priority, completed } = task
  const isLate = dueAt !== null && !completed && daysUntil(dueAt) < 0
  if (!project && dueAt === null && tags.length === 0 && priority === 'medium') return null
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
