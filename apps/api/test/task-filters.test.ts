import { beforeEach, describe, expect, it } from 'vitest'
import { unknownId, useTestApi } from './test-api.ts'

const { call } = await useTestApi()

/** The titles of the tasks for a query string, in alphabetical order. */
const titles = async (query: string): Promise<string[]> => {
  const answer = await call('ann', 'GET', `/api/tasks?${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body.items.map((task: { title: string }) => task.title).toSorted()
}

const day = (number: number) => `2031-01-0${number}T00:00:00.000Z`
let projectId: string

beforeEach(async () => {
  const post = async (path: string, body: object) => (await call('ann', 'POST', path, body)).body.id
  projectId = await post('/api/projects', { name: 'Home' })
  const [red, blue] = [
    await post('/api/tags', { name: 'red' }),
    await post('/api/tags', { name: 'sky blue' }),
  ]
  await post('/api/tasks', { title: 'a', priority: 'low', dueAt: day(1), tagIds: [red] })
  await post('/api/tasks', { title: 'b', completed: true, dueAt: day(2), tagIds: [red, blue] })
  await post('/api/tasks', { title: 'c', priority: 'high', projectId, dueAt: day(3) })
  await post('/api/tasks', { title: '100% sure_thing', description: 'Back\\slash and A' })
})

describe('GET /api/tasks', () => {
  it.each([
    ['', ['100% sure_thing', 'a', 'b', 'c']],
    ['completed=true', ['b']],
    ['completed=false', ['100% sure_thing', 'a', 'c']],
    ['priority=high', ['c']],
    ['priority=medium', ['100% sure_thing', 'b']],
    [`projectId=${unknownId}`, []],
    ['tag=red', ['a', 'b']],
    ['tag=sky+blue', ['b']],
    ['tag=sky%20blue', ['b']],
    ['tag=Red', []],
    ['tag=', []],
    [`dueBefore=${day(2)}`, ['a']],
    [`dueAfter=${day(2)}`, ['b', 'c']],
    [`dueAfter=${day(2)}&dueBefore=${day(3)}`, ['b']],
    [`dueAfter=${encodeURIComponent('2031-01-02T02:00:00+02:00')}`, ['b', 'c']],
    ['q=A', ['100% sure_thing', 'a']],
    ['q=%25', ['100% sure_thing']],
    ['q=_', ['100% sure_thing']],
    ['q=%5C', ['100% sure_thing']],
    ['q=back%5Cslash', ['100% sure_thing']],
    ['q=zzz', []],
    ['q=', ['100% sure_thing', 'a', 'b', 'c']],
    ['tag=red&completed=false&q=a', ['a']],
  ])('accepts ?%s', async (query, expected) => {
    expect(await titles(query)).toEqual(expected)
  })

  it('filters by project id', async () => {
    expect(await titles(`projectId=${projectId}`)).toEqual(['c'])
  })

  it.each([
    ['completed=maybe', 'completed'],
    ['completed=', 'completed'],
    ['priority=urgent', 'priority'],
    ['projectId=1', 'projectId'],
    ['dueBefore=tomorrow', 'dueBefore'],
    ['dueAfter=2031-01-01', 'dueAfter'],
    ['sort=userId', 'sort'],
    ['sort=--title', 'sort'],
    ['sort=title;drop', 'sort'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1e1000', 'limit'],
    ['limit=', 'limit'],
    [`tag=${'x'.repeat(51)}`, 'tag'],
    [`q=${'x'.repeat(201)}`, 'q'],
    ['userId=bob', 'userId'],
    ['limit=1&limit=2', 'limit'],
    ['tag[]=red', 'tag[]'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s', async (query, name) => {
    const answer = await call('ann', 'GET', `/api/tasks?${query}`)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ in: 'query', path: [name] }])
  })

  it('refuses text that Postgres cannot store with a 4xx', async () => {
    for (const query of ['q=%00', 'tag=%00', 'q=%ED%A0%80', 'q=%']) {
      const answer = await call('ann', 'GET', `/api/tasks?${query}`)
      expect([query, Math.floor(answer.status / 100)]).toEqual([query, 4])
    }
  })
})

describe('GET /api/tasks/stats', () => {
  it('counts the caller’s tasks', async () => {
    await call('ann', 'POST', '/api/tasks', { title: 'late', dueAt: '2001-01-01T00:00:00Z' })
    await call('ann', 'POST', '/api/tasks', {
      title: 'done',
      completed: true,
      dueAt: '2001-01-01T00:00:00Z',
    })
    expect((await call('ann', 'GET', '/api/tasks/stats')).body).toEqual({
      total: 6,
      completed: 2,
      overdue: 1,
      byPriority: { low: 1, medium: 4, high: 1 },
    })
  })

  it('returns zeros without tasks', async () => {
    expect((await call('bob', 'GET', '/api/tasks/stats')).body).toEqual({
      total: 0,
      completed: 0,
      overdue: 0,
      byPriority: { low: 0, medium: 0, high: 0 },
    })
  })
})
