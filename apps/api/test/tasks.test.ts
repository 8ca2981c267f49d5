import { describe, expect, it } from 'vitest'
import { unknownId, useTestApi } from './test-api.ts'

const { call } = await useTestApi()

const make = async (body: object) => {
  const answer = await call('ann', 'POST', '/api/tasks', body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const makeTag = async (name: string): Promise<string> =>
  (await call('ann', 'POST', '/api/tags', { name })).body.id
const makeProject = async (name: string): Promise<string> =>
  (await call('ann', 'POST', '/api/projects', { name })).body.id

describe('POST /api/tasks', () => {
  it('fills in defaults', async () => {
    const task = await make({ title: 'Write' })
    expect(task).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Write',
      description: null,
      completed: false,
      priority: 'medium',
      dueAt: null,
      remindAt: null,
      remindedAt: null,
      projectId: null,
      userId: 'ann',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: task.createdAt,
      tags: [],
    })
  })

  it('returns the values that were sent', async () => {
    const sent = {
      title: 'Zürich 🦊 \u202e "quoted" \\ \n\t% _ é e\u0301',
      description: '<script>alert(1)</script>',
      completed: true,
      priority: 'high',
      dueAt: '2031-02-03T04:05:06.789Z',
      projectId: await makeProject('Home'),
    }
    const made = await make(sent)
    expect(made).toMatchObject(sent)
    expect((await call('ann', 'GET', `/api/tasks/${made.id}`)).body).toEqual(made)
  })

  it('accepts a date with any offset, and returns it in UTC', async () => {
    expect((await make({ title: 'x', dueAt: '2031-01-01T01:30:00+01:30' })).dueAt).toBe(
      '2031-01-01T00:00:00.000Z',
    )
    for (const dueAt of ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
      expect((await make({ title: 'x', dueAt })).dueAt).toBe(dueAt)
    }
  })

  it('refuses a date that it cannot store', async () => {
    for (const dueAt of [
      '2031-01-01',
      '2031-02-30T00:00:00Z',
      '2031-01-01T00:00:00',
      '0000-12-31T00:00:00Z',
      '+010000-01-01T00:00:00Z',
      1_900_000_000_000,
      '',
    ]) {
      const answer = await call('ann', 'POST', '/api/tasks', { title: 'x', dueAt })
      expect(answer.status, String(dueAt)).toBe(422)
      expect(answer.body.errors).toMatchObject([{ in: 'body', path: ['dueAt'] }])
    }
  })

  it('reports all errors at once, and creates nothing', async () => {
    const answer = await call('ann', 'POST', '/api/tasks', {
      title: '',
      description: 'x'.repeat(2001),
      completed: 'yes',
      priority: 'urgent',
      tagIds: ['x', unknownId],
      colour: 'red',
    })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    const places = answer.body.errors.map((error: { path: unknown[] }) => error.path.join('.'))
    expect(places.toSorted()).toEqual([
      '',
      'completed',
      'description',
      'priority',
      'tagIds.0',
      'title',
    ])
    expect((await call('ann', 'GET', '/api/tasks')).body.items).toEqual([])
  })

  it.each(['id', 'userId', 'createdAt', 'updatedAt', 'user_id', 'tags', 'owner'])(
    'refuses %s, which is not the caller’s to set',
    async (name) => {
      const value = name === 'tags' ? [] : name.endsWith('At') ? '2031-01-01T00:00:00Z' : unknownId
      const made = await make({ title: 'x' })
      const sent = { title: 'x', [name]: value }
      expect((await call('ann', 'POST', '/api/tasks', sent)).status).toBe(422)
      expect((await call('ann', 'PATCH', `/api/tasks/${made.id}`, sent)).status).toBe(422)
      expect((await call('ann', 'GET', '/api/tasks')).body.items).toEqual([made])
    },
  )

  it('refuses an unknown project and an unknown tag, and rolls back', async () => {
    const tag = await makeTag('one')
    for (const body of [
      { title: 'x', projectId: unknownId },
      { title: 'x', tagIds: [tag, unknownId] },
    ]) {
      const answer = await call('ann', 'POST', '/api/tasks', body)
      expect(answer.status).toBe(409)
      expect(answer.body.code).toBe('PLINTH_FOREIGN_KEY_VIOLATION')
    }
    expect((await call('ann', 'GET', '/api/tasks')).body.items).toEqual([])
  })
})

describe('PATCH /api/tasks/:id', () => {
  it('distinguishes absent from null, and applies no defaults', async () => {
    const projectId = await makeProject('Home')
    const made = await make({
      title: 'x',
      description: 'text',
      completed: true,
      priority: 'high',
      dueAt: '2031-01-01T00:00:00.000Z',
      projectId,
    })
    const renamed = (await call('ann', 'PATCH', `/api/tasks/${made.id}`, { title: 'y' })).body
    expect(renamed).toEqual({ ...made, title: 'y', updatedAt: renamed.updatedAt })
    expect(renamed.updatedAt >= made.updatedAt).toBe(true)

    const nothing = { description: null, dueAt: null, projectId: null }
    const emptied = (await call('ann', 'PATCH', `/api/tasks/${made.id}`, nothing)).body
    expect(emptied).toEqual({ ...renamed, ...nothing, updatedAt: emptied.updatedAt })
  })

  it.each(['title', 'completed', 'priority', 'tagIds'])('refuses null for %s', async (name) => {
    const made = await make({ title: 'x' })
    const answer = await call('ann', 'PATCH', `/api/tasks/${made.id}`, { [name]: null })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ in: 'body', path: [name] }])
  })

  it('changes nothing if a part of it is refused', async () => {
    const made = await make({ title: 'x', tagIds: [await makeTag('one')] })
    const body = { title: 'y', tagIds: [unknownId] }
    expect((await call('ann', 'PATCH', `/api/tasks/${made.id}`, body)).status).toBe(409)
    expect((await call('ann', 'GET', `/api/tasks/${made.id}`)).body).toEqual(made)
  })
})

describe('the tags of a task', () => {
  it('are set, replaced, removed, and unchanged if they are not sent', async () => {
    const [one, two] = [await makeTag('one'), await makeTag('two')]
    const made = await make({ title: 'x', tagIds: [two, one, one] })
    expect(made.tags).toEqual([
      { id: one, name: 'one' },
      { id: two, name: 'two' },
    ])
    const patch = async (body: object) =>
      (await call('ann', 'PATCH', `/api/tasks/${made.id}`, body)).body.tags
    expect(await patch({ tagIds: [two] })).toEqual([{ id: two, name: 'two' }])
    expect(await patch({ title: 'y' })).toEqual([{ id: two, name: 'two' }])
    expect(await patch({ tagIds: [] })).toEqual([])
  })

  it('are removed when the tag is deleted', async () => {
    const one = await makeTag('one')
    const made = await make({ title: 'x', tagIds: [one] })
    expect((await call('ann', 'DELETE', `/api/tags/${one}`)).status).toBe(204)
    expect((await call('ann', 'GET', `/api/tasks/${made.id}`)).body.tags).toEqual([])
  })

  it('are limited to twenty', async () => {
    const tagIds = await Promise.all(Array.from({ length: 21 }, (_, at) => makeTag(`tag ${at}`)))
    expect((await make({ title: 'x', tagIds: tagIds.slice(1) })).tags).toHaveLength(20)
    expect((await call('ann', 'POST', '/api/tasks', { title: 'x', tagIds })).status).toBe(422)
  })
})

describe('one task', () => {
  it('can be completed repeatedly', async () => {
    const made = await make({ title: 'x' })
    for (const _ of [1, 2]) {
      const answer = await call('ann', 'POST', `/api/tasks/${made.id}/complete`)
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ ...made, completed: true, updatedAt: answer.body.updatedAt })
    }
  })

  it('is deleted once', async () => {
    const made = await make({ title: 'x', tagIds: [await makeTag('one')] })
    const deleted = await call('ann', 'DELETE', `/api/tasks/${made.id}`)
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    for (const [method, path, body] of [
      ['DELETE', '', undefined],
      ['GET', '', undefined],
      ['PATCH', '', { title: 'y' }],
      ['POST', '/complete', undefined],
    ] as const) {
      const answer = await call('ann', method, `/api/tasks/${made.id}${path}`, body)
      expect([method, answer.status]).toEqual([method, 404])
      expect(answer.body.code).toBe('PLINTH_NOT_FOUND')
    }
  })

  it('is found by an uppercase id', async () => {
    const made = await make({ title: 'x' })
    const answer = await call('ann', 'GET', `/api/tasks/${made.id.toUpperCase()}`)
    expect(answer.body).toEqual(made)
  })
})
