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

it('an object of routes that a module exports is refused, and not left out', () => {
  const { list } = declared()
  expect(() => app({ title: 'Tasks', routes: { tasks: { usual: { list } } } })).toThrow(
    saying(/^routes\.tasks\.usual is an object of routes, .* spread it, \{ \.\.\.tasks\.usual \}$/),
  )
})

it('an object of routes that the app has as a module, too, may be exported', () => {
  const { list } = declared()
  const usual = { list }
  expect(() => app({ title: 'Tasks', routes: { usual, tasks: { usual } } })).not.toThrow()
})
