'use client'
import { useMemo, useRef, useState } from 'react'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { QuickAdd } from './quick-add.tsx'
import { TaskDialog } from './task-dialog.tsx'
import { TaskList } from './task-list.tsx'
import { TaskSummary } from './task-summary.tsx'
import { TaskToolbar } from './task-toolbar.tsx'
import type { Task } from './task.ts'
import { useFilter } from './use-filter.ts'
import { useTaskChanges } from './use-task-changes.ts'

/** A new task with its title so far, or an existing one. */
type Open = { readonly task?: Task; readonly title?: string }

/** The tasks page. */
export function TaskBoard() {
  const [filter, changeFilter] = useFilter()
  const [open, setOpen] = useState<Open>()
  const search = useRef<HTMLInputElement>(null)
  const shortcuts = useMemo(
    () => ({ n: () => setOpen({}), '/': () => search.current?.select() }),
    [],
  )
  useShortcuts(shortcuts)
  useTaskChanges()
  return (
    <>
      <div className="page-head">
        <h1>Tasks</h1>
        <TaskSummary />
      </div>
      <QuickAdd filter={filter} onMore={(title) => setOpen({ title })} />
      <TaskToolbar filter={filter} onChange={changeFilter} searchRef={search} />
      <TaskList filter={filter} onChange={changeFilter} onOpen={(task) => setOpen({ task })} />
      <p className="keys" aria-label="Keyboard">
        <kbd>n</kbd> new task <kbd>/</kbd> search <kbd>Esc</kbd> close
      </p>
      {open && (
        <TaskDialog
          task={open.task}
          title={open.title}
          projectId={filter.project}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  )
}
