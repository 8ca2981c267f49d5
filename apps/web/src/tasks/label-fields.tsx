'use client'
import Link from 'next/link'
import type { FieldErrors } from '../client/problems.ts'
import { useLabels } from '../labels/use-labels.ts'
import { SelectField } from '../ui/field.tsx'
import type { Task } from './task.ts'

interface LabelFieldsProps {
  readonly task: Task | undefined
  readonly projectId: string | undefined
  readonly errors: FieldErrors
}

/** The fields for the project and the tags of a task. */
export function LabelFields({ task, projectId, errors }: LabelFieldsProps) {
  const projects = useLabels('project')
  const tags = useLabels('tag')
  const has = new Set(task?.tags.map(({ id }) => id))
  return (
    <>
      <SelectField
        // the selected value can only be shown once its option exists
        key={projects.data ? 'known' : 'unknown'}
        label="Project"
        name="projectId"
        defaultValue={task ? (task.projectId ?? '') : (projectId ?? '')}
        error={errors['projectId']}
      >
        <option value="">No project</option>
        {projects.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <fieldset className="tag-choice">
        <legend>Tags</legend>
        {tags.data?.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" name="tagIds" value={id} defaultChecked={has.has(id)} />
            <span>{name}</span>
          </label>
        ))}
        {tags.data?.length === 0 && (
          <p className="hint">
            None yet: <Link href="/labels">make some</Link>
          </p>
        )}
        {errors['tagIds'] !== undefined && <p className="field-error">{errors['tagIds']}</p>}
      </fieldset>
    </>
  )
}
