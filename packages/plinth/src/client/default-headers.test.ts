import { expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { header } from '../dependencies/parameter.ts'
import { router } from '../routing/router.ts'
import { client } from './client.ts'

const keys = router('/keys')
const read = keys.get(
  '/',
  {
    response: z.string(),
    dependencies: { key: header(z.string().default('none'), { name: 'x-key' }) },
  },
  ({ key }) => key,
)
const api = app({ title: 'Keys', routes: { keys: { read } } })

test('default headers are a record, or a function that is called for each call', async () => {
  const still = client<typeof api>('http://test', {
    fetch: (request) => api.fetch(request),
    headers: { 'x-key': 'a' },
  })
  expect([
    await still.get('/keys'),
    await still.get('/keys', { headers: { 'x-key': 'b' } }),
  ]).toEqual(['a', 'b'])
  let count = 0
  const fresh = client<typeof api>('http://test', {
    fetch: (request) => api.fetch(request),
    headers: async () => ({ 'x-key': String(++count) }),
  })
  expect([await fresh.get('/keys'), await fresh.get('/keys')]).toEqual(['1', '2'])
})
