import {
  tagsCreate,
  tasksCreate,
  tasksList,
  tasksRead,
  tasksRemove,
  tasksUpdate,
} from './orval-client.ts'
import type { Outcome } from './outcome.ts'
import { server } from './server.ts'

/** Returns the data of a response with this status, and fails with another. */
function dataOf<R extends { status: number; data: unknown }, S extends R['status']>(
  response: R,
  status: S,
): Extract<R, { status: S }>['data'] {
  if (response.status !== status) throw new Error(JSON.stringify(response))
  return response.data
}

export async function use(baseUrl: string, token: string): Promise<Outcome> {
  server.url = baseUrl
  const auth = { headers: { authorization: `Bearer ${token}` } }
  const tag = dataOf(await tagsCreate({ name: 'home' }, auth), 201)
  const body = { title: 'Milk', priority: 'high', tagIds: [tag.id] } as const
  const created = dataOf(await tasksCreate({ ...body, tagIds: [tag.id] }, auth), 201)
  const query = { priority: 'high', completed: false, sort: '-dueAt', tag: 'home' } as const
  const listed = dataOf(await tasksList(query, auth), 200)
  const read = dataOf(await tasksRead(created.id, auth), 200)
  const dueAt = '2026-12-24T18:00:00Z'
  const updated = dataOf(await tasksUpdate(created.id, { dueAt }, auth), 200)
  const removed = await tasksRemove(created.id, auth)
  const missing = await tasksRead(created.id, auth)
  const invalid = await tasksCreate({ title: '' }, auth)
  const anonymous = await tasksList()
  return {
    created,
    listed,
    read,
    updated,
    removed: removed.status,
    missing: { status: missing.status, code: dataOf(missing, 404).code },
    invalid: { status: invalid.status, path: dataOf(invalid, 422).errors?.[0]?.path ?? [] },
    anonymous: anonymous.status,
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error there is no such priority
  await tasksCreate({ title: 'x', priority: 'urgent' })
  // @ts-expect-error there is no such order
  await tasksList({ sort: 'priority' })
}
