import { expect, it } from 'vitest'
import * as z from 'zod'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const declared = () => {
  const tasks = router('/tasks')
  const list = tasks.get('/', { response: z.array(z.int()) }, () => [])
  return { tasks, list }
}
const saying = (message: RegExp) =>
  expect.objectContaining({
    code: 'PLINTH_ROUTE_INVALID',
    message: expect.stringMatching(message) as string,
  }) as Error

it('a route is not taken for a module of routes', () => {
  const { list } = declared()
  expect(() => app({ title: 'Tasks', routes: { list } })).toThrow(
    saying(/^routes\.list is a route, where a module that exports routes belongs: /),
  )
})

it('nor is a router', () => {
  const { tasks } = declared()
  expect(() => app({ title: 'Tasks', routes: { tasks } })).toThrow(
    saying(/^routes\.tasks is a router, where a module that exports routes belongs: /),
  )
})

it('a module may have no routes yet', async () => {
  const api = app({ title: 'Tasks', routes: { tasks: {} } })
  expect((await api.fetch(new Request('http://test/tasks'))).status).toBe(404)
})
