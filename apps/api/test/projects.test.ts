import { describe, expect, it } from 'vitest'
import { unknownId, useTestApi } from './test-api.ts'

const { call } = await useTestApi()

const make = async (name: string) => {
  const answer = await call('ann', 'POST', '/api/projects', { name })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

describe('projects', () => {
  it('are created, read, listed in order of creation, renamed and deleted', async () => {
    const [one, two] = [await make('One'), await make('Two')]
    expect(one).toEqual({
      id: expect.any(String),
      name: 'One',
      userId: 'ann',
      createdAt: expect.any(String),
      updatedAt: one.createdAt,
    })
    expect((await call('ann', 'GET', `/api/projects/${one.id}`)).body).toEqual(one)
    expect((await call('ann', 'GET', '/api/projects')).body).toEqual(
      [one, two].toSorted((a, b) => (`${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1)),
    )

    const renamed = (await call('ann', 'PATCH', `/api/projects/${one.id}`, { name: 'First' })).body
    expect(renamed).toEqual({ ...one, name: 'First', updatedAt: renamed.updatedAt })
    expect(renamed.updatedAt >= one.updatedAt).toBe(true)

    expect((await call('ann', 'DELETE', `/api/projects/${one.id}`)).status).toBe(204)
    expect((await call('ann', 'GET', '/api/projects')).body).toEqual([two])
  })

  it('may have the same name', async () => {
    expect((await make('One')).id).not.toBe((await make('One')).id)
  })

  it('are deleted with their tasks, and no others', async () => {
    const [one, two] = [await make('One'), await make('Two')]
    const task = async (title: string, projectId: string | null) =>
      (await call('ann', 'POST', '/api/tasks', { title, projectId })).body
    const [gone, ...kept] = [
      await task('a', one.id),
      await task('b', two.id),
      await task('c', null),
    ]
    await call('ann', 'DELETE', `/api/projects/${one.id}`)
    expect((await call('ann', 'GET', `/api/tasks/${gone.id}`)).status).toBe(404)
    expect((await call('ann', 'GET', '/api/tasks?sort=title')).body.items).toEqual(kept)
  })

  it.each([
    ['POST', {}],
    ['POST', { name: '' }],
    ['POST', { name: 'x'.repeat(101) }],
    ['POST', { name: null }],
    ['POST', { name: 'x', userId: 'bob' }],
    ['POST', []],
    ['POST', null],
    ['PATCH', {}],
    ['PATCH', { name: null }],
    ['PATCH', { id: unknownId }],
  ])('refuse %s %j', async (method, body) => {
    const one = await make('One')
    const path = method === 'POST' ? '/api/projects' : `/api/projects/${one.id}`
    expect((await call('ann', method, path, body)).status).toBe(422)
    expect((await call('ann', 'GET', '/api/projects')).body).toEqual([one])
  })

  it('return 404 for an unknown id, and 422 for an invalid one', async () => {
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      expect((await call('ann', method, `/api/projects/${unknownId}`, body)).status).toBe(404)
      const answer = await call('ann', method, '/api/projects/1', body)
      expect(answer.status).toBe(422)
      expect(answer.body.errors).toMatchObject([{ in: 'path', path: ['id'] }])
    }
  })
})
