import createClient from 'openapi-fetch'
import type { paths } from './openapi-typescript.ts'
import type { Outcome } from './outcome.ts'

/** Returns the data of a response, and fails without. */
function dataOf<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

export async function use(baseUrl: string): Promise<Outcome> {
  const login = dataOf(
    await createClient<paths>({ baseUrl }).POST('/api/v1/login/access-token', {
      body: { username: 'ann', password: 'ann-password' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  )
  const headers = { authorization: `Bearer ${login.access_token}` }
  const api = createClient<paths>({ baseUrl, headers })
  const created = dataOf(await api.POST('/api/v1/items/', { body: { title: 'One' } }))
  const path = { id: created.id }
  const listed = dataOf(await api.GET('/api/v1/items/', { params: { query: { limit: 10 } } }))
  const read = dataOf(await api.GET('/api/v1/items/{id}', { params: { path } }))
  const body = { description: 'new' }
  const updated = dataOf(await api.PUT('/api/v1/items/{id}', { params: { path }, body }))
  const deleted = dataOf(await api.DELETE('/api/v1/items/{id}', { params: { path } }))
  const missing = await api.GET('/api/v1/items/{id}', { params: { path } })
  const invalid = await api.POST('/api/v1/items/', { body: { title: '' } })
  return {
    login: login.token_type,
    created,
    listed,
    read,
    updated,
    deleted,
    missing: { status: missing.response.status, detail: missing.error?.detail },
    invalid: { status: invalid.response.status, detail: invalid.error?.detail },
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(api: ReturnType<typeof createClient<paths>>): Promise<void> {
  // @ts-expect-error the title is missing
  await api.POST('/api/v1/items/', { body: { description: 'x' } })
  // @ts-expect-error the id is a number
  await api.GET('/api/v1/items/{id}', { params: { path: { id: 'one' } } })
  // @ts-expect-error there is no such member
  dataOf(await api.GET('/api/v1/items/')).items
}
