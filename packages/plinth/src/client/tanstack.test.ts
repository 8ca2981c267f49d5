import { afterAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../testing/test-database.ts'
import { client } from './client.ts'
import { appOn, Note, type Api } from './client.fixture.ts'
import { pageOptions, queryOptions } from './tanstack.ts'

const db = await testDatabase({ models: [Note] })
const api = appOn(db)
afterAll(() => db.close())
const c = client<Api>('http://test', { fetch: (request) => api.fetch(request) })
const { signal } = new AbortController()

describe('queryOptions', () => {
  it('the query function returns the result of the call', async () => {
    const params = { text: 'x' }
    const { queryFn } = queryOptions(c, '/wire/text/:text', { params })
    expect(await queryFn({ signal })).toEqual({ text: 'x', accept: null })
  })
  it('the signal of the query aborts the call', async () => {
    const { queryFn } = queryOptions(c, '/wire/plain')
    const reason = new Error('unmounted')
    await expect(queryFn({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
  it('the key contains only the arguments that decide the response, as JSON', () => {
    const query = { at: new Date(0), big: 7n, list: [1] }
    const { queryKey } = queryOptions(c, '/wire/query', {
      query,
      search: { page: 2 },
      headers: { 'x-test': '1' },
      signal,
    })
    expect(queryKey).toEqual([
      '/wire/query',
      { query: { at: '1970-01-01T00:00:00.000Z', big: '7', list: [1] }, search: { page: 2 } },
    ])
    expect(queryOptions(c, '/wire/plain').queryKey).toEqual(['/wire/plain', {}])
  })
})

it('pageOptions fetches page after page', async () => {
  for (const title of ['a', 'b', 'c']) await c.post('/api/notes', { body: { title } })
  const options = pageOptions(c, '/api/notes', { query: { limit: 2 } })
  expect(options.queryKey).toEqual(['/api/notes', { query: { limit: 2 } }])
  const titles: string[][] = []
  let pageParam: string | null = options.initialPageParam
  do {
    const page = await options.queryFn({ signal, pageParam })
    titles.push(page.items.map(({ title }) => title))
    pageParam = options.getNextPageParam(page)
  } while (pageParam !== null)
  expect(titles).toEqual([['a', 'b'], ['c']])
})
