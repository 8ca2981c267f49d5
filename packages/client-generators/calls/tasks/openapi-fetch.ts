import createClient from 'openapi-fetch'
import type { paths } from './openapi-typescript.ts'
import type { Outcome } from './outcome.ts'

/** Returns the data of a response, and fails without. */
function dataOf<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

export async function use(baseUrl: string, token: string): Promise<Outcome> {
  const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } })
  const tag = dataOf(await api.POST('/api/tags', { body: { name: 'home' } }))
  const created = dataOf(
    await api.POST('/api/tasks', { body: { title: 'Milk', priority: 'high', tagIds: [tag.id] } }),
  )
  const path = { id: created.id }
  const query = { priority: 'high', completed: false, sort: '-dueAt', tag: 'home' } as const
  const listed = dataOf(await api.GET('/api/tasks', { params: { query } }))
  const read = dataOf(await api.GET('/api/tasks/{id}', { params: { path } }))
  const body = { dueAt: '2026-12-24T18:00:00Z' }
  const updated = dataOf(await api.PATCH('/api/tasks/{id}', { params: { path }, body }))
  const removed = await api.DELETE('/api/tasks/{id}', { params: { path } })
  const missing = await api.GET('/api/tasks/{id}', { params: { path } })
  const invalid = await api.POST('/api/tasks', { body: { title: '' } })
  const anonymous = await createClient<paths>({ baseUrl }).GET('/api/tasks')
  return {
    created,
    listed,
    read,
    updated,
    removed: removed.response.status,
    missing: { status: missing.response.status, code: missing.error?.code },
    invalid: { status: invalid.response.status, path: pathIn(invalid.error) },
    anonymous: anonymous.response.status,
  }
}

type Problem = paths['/api/tasks']['post']['responses'][422]['content']['application/problem+json']
type AnyProblem = Partial<Problem> | undefined

/** The place of the first issue. An operation has one type of error for all of its statuses. */
const pathIn = (problem: AnyProblem): readonly (string | number)[] =>
  problem?.errors?.[0]?.path ?? []

/** Never called: mistakes that do not compile. */
export async function mistakes(api: ReturnType<typeof createClient<paths>>): Promise<void> {
  // @ts-expect-error there is no such priority
  await api.POST('/api/tasks', { body: { title: 'x', priority: 'urgent' } })
  // @ts-expect-error there is no such order
  await api.GET('/api/tasks', { params: { query: { sort: 'priority' } } })
  // @ts-expect-error there is no such path
  await api.GET('/api/nothing')
}
