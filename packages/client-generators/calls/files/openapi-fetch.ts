import createClient from 'openapi-fetch'
import type { paths } from './openapi-typescript.ts'
import { bytesOf, content, type Outcome } from './outcome.ts'

/** Returns the data of a response, and fails without. */
function dataOf<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

type Upload = paths['/files']['post']['requestBody']['content']['multipart/form-data']

/** It sends JSON, unless it is told how to write the form. */
function formOf(upload: Upload): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(upload))
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, each)
  return form
}

export async function use(baseUrl: string): Promise<Outcome> {
  const api = createClient<paths>({ baseUrl })
  const path = { name: 'one' }
  // The type of a file is a text: see https://openapi-ts.dev/openapi-fetch/api#bodyserializer
  const file = new Blob([content], { type: 'image/png' }) as unknown as string
  const uploaded = dataOf(
    await api.POST('/files', {
      body: { title: 'one', tags: ['a', 'b'], content: file },
      bodySerializer: formOf,
    }),
  )
  const listed = dataOf(
    await api.GET('/files', {
      params: { query: { sizes: [6, 7] }, header: { 'x-source': 'web' } },
    }),
  )
  const downloaded = await api.GET('/files/{name}', { params: { path }, parseAs: 'blob' })
  const page = await api.GET('/files/{name}/page', { params: { path }, parseAs: 'text' })
  const summary = await api.GET('/files/{name}/summary', { params: { path }, parseAs: 'text' })
  const change = { params: { path } }
  const renamed = dataOf(
    await api.POST('/files/{name}/change', { ...change, body: { kind: 'rename', to: 'two' } }),
  )
  const resized = dataOf(
    await api.POST('/files/{name}/change', { ...change, body: { kind: 'resize', width: 10 } }),
  )
  const removed = await api.DELETE('/files/{name}', { params: { path } })
  const missing = await api.GET('/files/{name}', { params: { path } })
  const body = { kind: 'resize', width: 0 } as const
  const invalid = await api.POST('/files/{name}/change', { ...change, body })
  return {
    uploaded,
    listed,
    downloaded: await bytesOf(dataOf(downloaded)),
    page: dataOf(page),
    summary: dataOf(summary),
    renamed,
    resized,
    removed: removed.response.status,
    missing: { status: missing.response.status, code: missing.error?.code },
    invalid: invalid.response.status,
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(api: ReturnType<typeof createClient<paths>>): Promise<void> {
  const params = { path: { name: 'one' } }
  // @ts-expect-error the width belongs to the other member of the union
  await api.POST('/files/{name}/change', { params, body: { kind: 'rename', width: 10 } })
  // @ts-expect-error there is no such source
  await api.GET('/files', { params: { header: { 'x-source': 'tv' } } })
}
