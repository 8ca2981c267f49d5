import { createClient } from './hey-api/client'
import {
  tagsCreate,
  tasksCreate,
  tasksList,
  tasksRead,
  tasksRemove,
  tasksUpdate,
} from './hey-api/sdk.gen'
import type { Outcome } from './outcome.ts'

export async function use(baseUrl: string, token: string): Promise<Outcome> {
  const client = createClient({ baseUrl, auth: token })
  const strict = { client, throwOnError: true } as const
  const { data: tag } = await tagsCreate({ ...strict, body: { name: 'home' } })
  const { data: created } = await tasksCreate({
    ...strict,
    body: { title: 'Milk', priority: 'high', tagIds: [tag.id] },
  })
  const path = { id: created.id }
  const query = { priority: 'high', completed: false, sort: '-dueAt', tag: 'home' } as const
  const { data: listed } = await tasksList({ ...strict, query })
  const { data: read } = await tasksRead({ ...strict, path })
  const body = { dueAt: '2026-12-24T18:00:00Z' }
  const { data: updated } = await tasksUpdate({ ...strict, path, body })
  const removed = await tasksRemove({ ...strict, path })
  const missing = await tasksRead({ client, path })
  const invalid = await tasksCreate({ client, body: { title: '' } })
  const anonymous = await tasksList({ client: createClient({ baseUrl }) })
  const issues = invalid.error !== undefined && 'errors' in invalid.error && invalid.error.errors
  return {
    created,
    listed,
    read,
    updated,
    removed: removed.response.status,
    missing: { status: missing.response?.status ?? 0, code: missing.error?.code },
    invalid: {
      status: invalid.response?.status ?? 0,
      path: issues ? (issues[0]?.path ?? []) : [],
    },
    anonymous: anonymous.response?.status ?? 0,
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error there is no such priority
  await tasksCreate({ body: { title: 'x', priority: 'urgent' } })
  // @ts-expect-error there is no such order
  await tasksList({ query: { sort: 'priority' } })
}
