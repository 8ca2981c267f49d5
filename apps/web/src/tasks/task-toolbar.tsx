'use client'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useLabels } from '../labels/use-labels.ts'
import { SearchIcon } from '../ui/icons.tsx'
import { sortNames, type Sort, type TaskFilter } from './task-filter.ts'
import { priorities, priorityNames, type Priority } from './task.ts'

interface ToolbarProps {
  readonly filter: TaskFilter
  readonly onChange: (changes: Partial<TaskFilter>) => void
}

const statuses = [
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
  { value: 'all', label: 'All' },
] as const

/** The controls for filter, search and sort order. */
export function TaskToolbar({
  filter,
  onChange,
  searchRef,
}: ToolbarProps & { readonly searchRef: RefObject<HTMLInputElement | null> }) {
  return (
    <section className="toolbar" aria-label="Filters">
      <div className="toolbar-row">
        <fieldset className="segments">
          <legend className="visually-hidden">Status</legend>
          {statuses.map(({ value, label }) => (
            <label key={value}>
              <input
                type="radio"
                name="status"
                value={value}
                checked={filter.status === value}
                onChange={() => onChange({ status: value })}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <Search key="search" filter={filter} onChange={onChange} inputRef={searchRef} />
      </div>
      <Selects filter={filter} onChange={onChange} />
    </section>
  )
}

const pause = 250

function Search({
  filter,
  onChange,
  inputRef,
}: ToolbarProps & { readonly inputRef: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState(filter.q)
  const sent = useRef(filter.q)
  useEffect(() => {
    // changed from elsewhere, such as by "Clear filters"
    if (filter.q !== sent.current) setText((sent.current = filter.q))
  }, [filter.q])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => onChange({ q: (sent.current = text) }), pause)
    return () => clearTimeout(timer)
  }, [text, onChange])
  return (
    <div className="search">
      <SearchIcon />
      <input
        ref={inputRef}
        type="search"
        aria-label="Search tasks"
        placeholder="Search"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          if (text === '') event.currentTarget.blur()
          setText('')
        }}
      />
    </div>
  )
}

function Selects({ filter, onChange }: ToolbarProps) {
  const projects = useLabels('project')
  const tags = useLabels('tag')
  return (
    <div className="toolbar-row selects">
      <Choice
        label="Priority"
        any="Any priority"
        value={filter.priority}
        options={priorities.map((value) => [value, priorityNames[value]])}
        onChoose={(value) => onChange({ priority: value as Priority | undefined })}
      />
      <Choice
        label="Project"
        any="Any project"
        value={filter.project}
        options={(projects.data ?? []).map(({ id, name }) => [id, name])}
        onChoose={(project) => onChange({ project })}
      />
      <Choice
        label="Tag"
        any="Any tag"
        value={filter.tag}
        options={(tags.data ?? []).map(({ name }) => [name, name])}
        onChoose={(tag) => onChange({ tag })}
      />
      <Choice
        label="Order"
        value={filter.sort}
        options={Object.entries(sortNames)}
        onChoose={(value) => onChange({ sort: value as Sort })}
      />
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  /** The label of the empty option, if there is one. */
  readonly any?: string
  readonly value: string | undefined
  readonly options: readonly (readonly [value: string, label: string])[]
  readonly onChoose: (value: string | undefined) => void
}

function Choice({ label, any, value, options, onChoose }: ChoiceProps) {
  const isChosen = any !== undefined && value !== undefined
  return (
    <select
      className={isChosen ? 'choice choice-made' : 'choice'}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChoose(event.target.value || undefined)}
    >
      {any !== undefined && <option value="">{any}</option>}
      {options.map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  )
}
