import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { router, type RouterOptions } from '../routing/router.ts'
import { documentedRoutes, documentOf, operationIn } from './documented.fixture.ts'
import { failuresOf, statusesOf } from './failures-of.ts'

const one = (spec: object, options: RouterOptions<never> = {}, path = '/') => {
  const read = router('/tasks', options).post(path as '/', spec, () => undefined)
  const [route] = documentedRoutes({ tasks: { read } })
  if (!route) throw new Error('there is no route')
  return route
}
const withToken = dependency({ token: bearer() }, () => 1)
const withOptionalToken = dependency({ token: bearer({ required: false }) }, () => 1)
const strict = dependency(() => 1, { errors: [403, 503] })
const paging = dependency({ limit: query(z.int().default(1)) }, () => 1)
const taken = errorType('TAKEN', { status: 409, title: 'Taken' })

describe('statusesOf', () => {
  it.each([
    ['nothing at all', one({}), [200, 400, 500, 503]],
    ['its own status', one({ status: 204 }), [204, 400, 500, 503]],
    ['a name in the path', one({}, {}, '/:id'), [200, 400, 422, 500, 503]],
    ['a query', one({ query: z.object({}) }), [200, 400, 422, 500, 503]],
    ['a parameter of a dependency', one({ dependencies: { paging } }), [200, 400, 422, 500, 503]],
    ['a body', one({ body: z.object({}) }), [200, 400, 413, 415, 422, 500, 503]],
    ['a credential', one({ dependencies: { withToken } }), [200, 400, 401, 500, 503]],
    ['an optional one', one({ dependencies: { withOptionalToken } }), [200, 400, 500, 503]],
    ['what a dependency throws', one({ dependencies: { strict } }), [200, 400, 403, 500, 503]],
    [
      'what it and its routers declare',
      one({ errors: [404, taken] }, { errors: [402] }),
      [200, 400, 402, 404, 409, 500, 503],
    ],
  ])('follows from %s', (_, route, statuses) => {
    expect(statusesOf(route)).toEqual(statuses)
  })

  it('lists the statuses of the document', () => {
    const read = router('/tasks').get('/:id', { errors: [404, taken] }, () => 1)
    const routes = documentedRoutes({ tasks: { read } })
    const { responses } = operationIn(documentOf({ tasks: { read } }), 'tasks.read')
    expect(Object.keys(responses).map(Number)).toEqual(statusesOf(routes[0]!))
  })
})

describe('failuresOf', () => {
  it('separates typed errors from general ones with the same status', () => {
    const failures = failuresOf(one({ errors: [taken, 409, taken] }))
    expect(failures.find(({ status }) => status === 409)).toEqual({
      status: 409,
      general: true,
      types: [taken],
    })
  })
})
