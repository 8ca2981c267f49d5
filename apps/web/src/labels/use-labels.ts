'use client'
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useApi } from '../client/api.tsx'
import { sentenceOf, shownOf } from '../client/problems.ts'
import { refresh } from '../tasks/task-cache.ts'
import { useNotify } from '../ui/notices.tsx'
import { labelCalls, type Label, type LabelKind } from './label.ts'

/** Loads all projects or all tags. */
export function useLabels(kind: LabelKind) {
  const { api } = useApi()
  const { path, list } = labelCalls[kind]
  return useQuery({ queryKey: [path], queryFn: () => list(api) })
}

function useCreateLabel(kind: LabelKind) {
  const { api } = useApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => labelCalls[kind].create(api, name),
    onSuccess: (label) => show(queries, kind, (labels) => [...labels, label]),
    onSettled: () => checked(queries, kind),
  })
}

/** The state of a form for a new label: its name, its problem, and the function that adds it. */
export function useNewLabel(kind: LabelKind) {
  const create = useCreateLabel(kind)
  const input = useRef<HTMLInputElement>(null)
  const [name, setWritten] = useState('')
  const [error, setError] = useState<string>()
  const setName = (written: string): void => {
    setWritten(written)
    setError(undefined)
  }
  /** Returns the label. If the API refuses it, shows why and returns undefined. */
  const add = async (): Promise<Label | undefined> => {
    setName('')
    try {
      return await create.mutateAsync(name.trim())
    } catch (problem) {
      const { fields, sentence } = shownOf(problem, ['name'])
      setError(fields['name'] ?? sentence)
      // keeps the text that the user wrote
      setWritten((now) => (now === '' ? name : now))
      input.current?.focus()
      return undefined
    }
  }
  return { input, name, setName, error, add, isPending: create.isPending }
}

export function useRenameLabel(kind: LabelKind) {
  const { api } = useApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (label: Label) => labelCalls[kind].rename(api, label),
    onMutate: (label) =>
      show(queries, kind, (labels) =>
        labels.map((other) => (other.id === label.id ? { ...other, name: label.name } : other)),
      ),
    onError: (_error, _label, undo) => undo?.(),
    onSettled: () => checked(queries, kind),
  })
}

export function useRemoveLabel(kind: LabelKind) {
  const { api } = useApi()
  const notify = useNotify()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => labelCalls[kind].remove(api, id),
    onMutate: (id) => show(queries, kind, (labels) => labels.filter((other) => other.id !== id)),
    onError: (error, _id, undo) => {
      undo?.()
      notify({ isError: true, text: sentenceOf(error) })
    },
    onSettled: () => checked(queries, kind),
  })
}

/** Shows a change before the API responds. Returns a function that undoes it. */
async function show(
  queries: QueryClient,
  kind: LabelKind,
  changed: (labels: Label[]) => Label[],
): Promise<() => void> {
  const queryKey = [labelCalls[kind].path]
  await queries.cancelQueries({ queryKey })
  const before = queries.getQueryData<Label[]>(queryKey)
  queries.setQueryData<Label[]>(queryKey, (labels) => labels && changed(labels))
  return () => void queries.setQueryData(queryKey, before)
}

/** Reloads the labels, and also the lists of tasks, which show their names. */
const checked = (queries: QueryClient, kind: LabelKind): Promise<unknown> =>
  Promise.all([queries.invalidateQueries({ queryKey: [labelCalls[kind].path] }), refresh(queries)])
