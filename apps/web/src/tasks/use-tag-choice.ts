'use client'
import { useState } from 'react'
import { useLabels, useNewLabel } from '../labels/use-labels.ts'
import type { Task } from './task.ts'

export type TagChoice = ReturnType<typeof useTagChoice>

/** The chosen tags of a task. A new tag is chosen as soon as the API has it. */
export function useTagChoice(task: Task | undefined) {
  const tags = useLabels('tag')
  const fresh = useNewLabel('tag')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(task?.tags.map(({ id }) => id)),
  )
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((now) => new Set(isChosen ? [...now, id] : [...now].filter((other) => other !== id)))
  /** Adds the written tag, or chooses the one of this name. Returns undefined if it is refused. */
  const add = async (): Promise<string | undefined> => {
    const existing = tags.data?.find(({ name }) => name === fresh.name.trim())
    const tag = existing ?? (await fresh.add())
    if (existing) fresh.setName('')
    if (tag) choose(tag.id, true)
    return tag?.id
  }
  /** Returns the chosen tags, including one that is written but not added yet, or undefined. */
  const settle = async (): Promise<readonly string[] | undefined> => {
    // a tag that was deleted elsewhere is no longer shown, so the user could not uncheck it
    const kept = [...chosen].filter((id) => tags.data?.some((tag) => tag.id === id) ?? true)
    if (fresh.name.trim() === '') return kept
    const id = await add()
    return id === undefined ? undefined : [...new Set([...kept, id])]
  }
  // the list may not be loaded yet, or fail to load: a task keeps its tags
  return { all: tags.data ?? task?.tags, chosen, choose, fresh, add, settle }
}
