import { describe, expect, it } from 'vitest'
import { unknownId, useTestApi } from './test-api.ts'

const { call } = await useTestApi()

const make = async (user: string, name: string) => {
  const answer = await call(user, 'POST', '/api/tags', { name })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

describe('tags', () => {
  it('are created, listed by name, renamed and deleted', async () => {
    const [two, one] = [await make('ann', 'two'), await make('ann', 'one')]
    expect(one).toEqual({
      id: expect.any(String),
      name: 'one',
      userId: 'ann',
      createdAt: expect.any(String),
    })
    expect((await call('ann', 'GET', '/api/tags')).body).toEqual([one, two])
    const renamed = await call('ann', 'PATCH', `/api/tags/${one.id}`, { name: 'zebra' })
    expect(renamed.body).toEqual({ ...one, name: 'zebra' })
    expect((await call('ann', 'GET', '/api/tags')).body).toEqual([two, renamed.body])
    expect((await call('ann', 'DELETE', `/api/tags/${two.id}`)).status).toBe(204)
    expect((await call('ann', 'DELETE', `/api/tags/${two.id}`)).status).toBe(404)
    expect((await call('ann', 'GET', '/api/tags')).body).toEqual([renamed.body])
  })

  it('have unique names per owner', async () => {
    const [one, two] = [await make('ann', 'one'), await make('ann', 'two')]
    const again = await call('ann', 'POST', '/api/tags', { name: 'one' })
    const renamed = await call('ann', 'PATCH', `/api/tags/${two.id}`, { name: 'one' })
    for (const answer of [again, renamed]) {
      expect(answer.status).toBe(409)
      expect(answer.body.code).toBe('PLINTH_UNIQUE_VIOLATION')
      expect(answer.body.errors).toMatchObject([{ in: 'body', path: ['name'] }])
    }
    expect((await call('ann', 'GET', '/api/tags')).body).toEqual([one, two])
    expect((await call('ann', 'PATCH', `/api/tags/${one.id}`, { name: 'one' })).status).toBe(200)
    await make('ann', 'One')
    await make('bob', 'one')
  })

  it.each([
    ['POST', {}],
    ['POST', { name: '' }],
    ['POST', { name: 'x'.repeat(51) }],
    ['POST', { name: 'x', id: unknownId }],
    ['PATCH', {}],
    ['PATCH', { name: null }],
  ])('refuse %s %j', async (method, body) => {
    const one = await make('ann', 'one')
    const path = method === 'POST' ? '/api/tags' : `/api/tags/${one.id}`
    expect((await call('ann', method, path, body)).status).toBe(422)
    expect((await call('ann', 'GET', '/api/tags')).body).toEqual([one])
  })
})
