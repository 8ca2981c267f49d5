// Dependencies that read path parameters: they decide who may see a project before the handler is
// called.
import { expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app, bearer, dependency, forbidden, notFound, path, router, sse } from 'plinth'
import { clientTypes } from 'plinth/openapi'
import { client } from 'plinth/client'
import { testApp } from 'plinth/testing'

const known = '0197f2a4-0000-7000-8000-000000000001'
const other = '0197f2a4-0000-7000-8000-000000000002'
const foreign = '0197f2a4-0000-7000-8000-000000000003'

const user = dependency({ token: bearer() }, ({ token }) => token)
const made: string[] = []
const project = dependency(
  { user, projectId: path(z.uuid()) },
  ({ user, projectId }) => {
    expectTypeOf(projectId).toEqualTypeOf<string>()
    made.push(projectId)
    if (projectId === other) throw notFound('There is no such project')
    if (projectId === foreign) throw forbidden('Not yours')
    return { id: projectId, user }
  },
  { errors: [403, 404] },
)
const year = dependency({ at: path(z.int().min(2000), { name: 'year' }) }, ({ at }) => at)

const issues = router('/projects/:projectId', { dependencies: { project } })
const read = issues.get('/', {}, ({ project, params }) => ({ ...project, same: params.projectId }))
const count = issues.get('/years/:year', { dependencies: { year } }, ({ project, year }) => {
  expectTypeOf(year).toEqualTypeOf<number>()
  return { next: year + 1, of: project.id }
})
const watch = issues.get('/events', { response: sse(z.int()) }, async function* () {
  yield 1
})
const api = app({ title: 'Projects', routes: { issues: { read, count, watch } } })
const c = client<typeof api>('http://test', {
  token: 'ann',
  fetch: (request) => api.fetch(request),
})
const at = (projectId: string) => ({ params: { projectId } })

it('a path parameter is validated once and shared by all dependencies', async () => {
  made.length = 0
  expect(await c.get('/projects/:projectId', at(known))).toEqual({
    id: known,
    user: 'ann',
    same: known,
  })
  const params = { projectId: known, year: '2026' }
  expect(await c.get('/projects/:projectId/years/:year', { params })).toEqual({
    next: 2027,
    of: known,
  })
  expect(made).toEqual([known, known])
})

it('a dependency on the path decides before the handler, and before a stream starts', async () => {
  const stream = '/projects/:projectId/events'
  expect(await c.try.get(stream, at(other))).toMatchObject({ ok: false, status: 404 })
  expect(await c.try.get(stream, at(foreign))).toMatchObject({ ok: false, status: 403 })
  const values: number[] = []
  for await (const value of await c.get(stream, at(known))) values.push(value)
  expect(values).toEqual([1])
})

it('an invalid path parameter is a 422 that names it, after the 401', async () => {
  expect(await c.try.get('/projects/:projectId', at('x'))).toMatchObject({
    status: 422,
    problem: { errors: [{ in: 'path', path: ['projectId'], code: 'invalid_format' }] },
  })
  const params = { projectId: known, year: 'soon' }
  expect(await c.try.get('/projects/:projectId/years/:year', { params })).toMatchObject({
    status: 422,
    problem: { errors: [{ in: 'path', path: ['year'] }] },
  })
  const stranger = await api.fetch(new Request('http://test/projects/x'))
  expect(stranger.status).toBe(401)
  const broken = new Request('http://test/projects/%ff', { headers: { authorization: 'Bearer a' } })
  expect((await api.fetch(broken)).status).toBe(400)
})

it('a path parameter of a dependency is documented even if the route does not declare it', () => {
  const { paths } = api.openapi()
  expect(paths['/projects/{projectId}/years/{year}']?.get?.parameters).toEqual([
    {
      in: 'path',
      name: 'projectId',
      required: true,
      schema: expect.objectContaining({ type: 'string', format: 'uuid' }),
    },
    {
      in: 'path',
      name: 'year',
      required: true,
      schema: expect.objectContaining({ type: 'integer', minimum: 2000 }),
    },
  ])
  expect(clientTypes(api)).toMatch(/params: \{\s+projectId: string\s+year: string\s+\}/)
})

it('startup fails if the path has no such parameter', () => {
  const lost = router('/lost').get('/:id', { dependencies: { project } }, () => 1)
  const make = () => app({ title: 'x', routes: { lost: { lost } } })
  expect(make).toThrow(
    'lost.lost: a dependency reads the path parameter "projectId", and /lost/:id has no :projectId',
  )
})

it('startup fails if the path has the parameter twice, because the wrong one could decide', () => {
  const twice = router('/projects/:projectId', { dependencies: { project } })
    .router('/copies')
    .get('/:projectId', {}, () => 1)
  const make = () => app({ title: 'x', routes: { twice: { twice } } })
  expect(make).toThrow(
    'twice.twice: /projects/:projectId/copies/:projectId has :projectId twice, and only one of the values could be read',
  )
})

it('a path parameter goes away with the dependency that a test overrides', async () => {
  await using test = testApp(api)
  test.override(project, () => ({ id: 'fake', user: 'bob' }))
  const response = await test.fetch(new Request('http://test/projects/anything'))
  expect(await response.json()).toEqual({ id: 'fake', user: 'bob', same: 'anything' })
})
