'use client'
import { useId, type KeyboardEvent } from 'react'
import type { FieldErrors } from '../client/problems.ts'
import { useLabels } from '../labels/use-labels.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import type { Task } from './task.ts'
import type { TagChoice } from './use-tag-choice.ts'

interface LabelFieldsProps {
  readonly task: Task | undefined
  readonly projectId: string | undefined
  readonly tags: TagChoice
  readonly errors: FieldErrors
}

/** The fields for the project and the tags of a task. */
export function LabelFields({ task, projectId, tags, errors }: LabelFieldsProps) {
  const projects = useLabels('project')
  const selected = (task ? task.projectId : projectId) ?? ''
  // the list may not be loaded yet, or fail to load: a task keeps its project
  const unnamed = selected === '' ? [] : [{ id: selected, name: 'Current project' }]
  return (
    <>
      <SelectField
        // the selected value can only be shown once its option exists
        key={projects.data ? 'known' : 'unknown'}
        label="Project"
        name="projectId"
        defaultValue={selected}
        error={errors['projectId']}
      >
        <option value="">No project</option>
        {(projects.data ?? unnamed).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TagFields tags={tags} error={errors['tagIds']} />
    </>
  )
}

interface TagFieldsProps {
  readonly tags: TagChoice
  readonly error: string | undefined
}

function TagFields({ tags, error }: TagFieldsProps) {
  const { all, chosen, choose, fresh, add } = tags
  const id = useId()
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter in an empty field submits the form, as in the others
    if (event.key !== 'Enter' || fresh.name.trim() === '' || event.nativeEvent.isComposing) return
    event.preventDefault()
    void add()
  }
  return (
    <>
      <fieldset className="tag-choice" aria-describedby={error === undefined ? undefined : id}>
        <legend>Tags</legend>
        {all?.map((tag) => (
          <label key={tag.id}>
            <input
              type="checkbox"
              name="tagIds"
              checked={chosen.has(tag.id)}
              onChange={(event) => choose(tag.id, event.target.checked)}
            />
            <span>{tag.name}</span>
          </label>
        ))}
        {all?.length === 0 && <p className="hint">None yet</p>}
        {error !== undefined && (
          <p id={id} className="field-error">
            {error}
          </p>
        )}
      </fieldset>
      <div className="new-label">
        <TextField
          ref={fresh.input}
          label="New tag"
          value={fresh.name}
          autoComplete="off"
          error={fresh.error}
          onChange={(event) => fresh.setName(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="button"
          disabled={fresh.isPending}
          onClick={() => void add()}
        >
          Add tag
        </button>
      </div>
    </>
  )
}
