import { expect, test } from 'vitest'
import { app, query, router, dependency } from 'plinth'
import * as z from 'zod'

const search = router('/search')
const tags = dependency({ tag: query(z.array(z.string()).default([])) }, ({ tag }) => tag.length)
const read = search.get('/', { dependencies: { tags }, response: z.number() }, ({ tags }) => tags)
const statusOf = async (parameters: string, limits?: { queryParameters: number }) => {
  const api = app({ title: 'Search', routes: { search: { read } }, ...(limits && { limits }) })
  const response = await api.fetch(new Request(`http://test.local/search?${parameters}`))
  return [response.status, await response.json()]
}
const times = (count: number) => Array(count).fill('tag=a').join('&')

test('a query string may have 1000 parameters by default, and one more is a 414', async () => {
  expect(await statusOf(times(1000))).toEqual([200, 1000])
  expect(await statusOf(times(1001))).toEqual([
    414,
    expect.objectContaining({ detail: 'A query string may have 1000 parameters' }),
  ])
})

test('the maximum number of query parameters is a limit of the app', async () => {
  expect((await statusOf(times(3), { queryParameters: 3 }))[0]).toBe(200)
  expect((await statusOf(`${times(3)}&&&`, { queryParameters: 3 }))[0]).toBe(200)
  expect((await statusOf('a=1&b=2&tag=a&tag=b', { queryParameters: 3 }))[0]).toBe(414)
})
