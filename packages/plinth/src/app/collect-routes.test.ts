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

it('a route in place of a module of routes is refused', () => {
  const { list } = declared()
  expect(() => app({ title: 'Tasks', routes: { list } })).toThrow(
    saying(/^routes\.list is a route, not a module that exports routes: /),
  )
})

it('a router in place of a module of routes is refused', () => {
  const { tasks } = declared()
  expect(() => app({ title: 'Tasks', routes: { tasks } })).toThrow(
    saying(/^routes\.tasks is a router, not a module that exports routes: /),
  )
})

it('a module may have no routes yet', async () => {
  const api = app({ title: 'Tasks', routes: { tasks: {} } })
  expect((await api.fetch(new Request('http://test/tasks'))).status).toBe(404)
})
