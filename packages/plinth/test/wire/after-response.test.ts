// Work after the response, and checks before a stream, as in docs/dependencies.md and
// docs/lifecycle.md.
import { beforeEach, expect, it } from 'vitest'
import * as z from 'zod'
import { app, conflict, dependency, HttpError, jsonLines, notFound, router } from 'plinth'

const said: string[] = []
beforeEach(() => {
  said.length = 0
})

const afterwards = dependency(
  async function* () {
    const jobs: (() => Promise<unknown>)[] = []
    let failed = true
    try {
      yield (job: () => Promise<unknown>) => void jobs.push(job)
      failed = false
    } finally {
      await Promise.allSettled(failed ? [] : jobs.map((job) => job()))
      said.push('closed')
    }
  },
  { scope: 'response' },
)
const commit = dependency(function* ({ request }) {
  yield 1
  said.push('committed')
  if (request.url.endsWith('?late')) throw conflict('It was changed meanwhile')
})

async function* numbers() {
  yield* [1, 2]
  said.push('last')
}
const jobs = router('/jobs', { dependencies: { afterwards, commit } })
const add = jobs.post('/', { errors: [409] }, ({ afterwards, request }) => {
  afterwards(async () => said.push('worked'))
  if (request.url.endsWith('?no')) throw new HttpError(409, 'No')
  said.push('handled')
  return { ok: true }
})
const lines = jobs.get(
  '/:id',
  { response: jsonLines(z.int()), errors: [404] },
  async ({ afterwards, params }) => {
    await Promise.resolve()
    if (params.id === 'none') throw notFound('There is no such job')
    afterwards(async () => said.push('worked'))
    return numbers()
  },
)
const api = app({ title: 'Jobs', routes: { jobs: { add, lines } } })
const call = async (path: string, method = 'POST'): Promise<[number, string]> => {
  const response = await api.fetch(new Request(`http://test${path}`, { method }))
  const text = await response.text()
  await expect.poll(() => said).toContain('closed')
  return [response.status, text]
}

it('work of scope response runs after the commit and after the response', async () => {
  expect(await call('/jobs')).toEqual([200, '{"ok":true}'])
  expect(said).toEqual(['handled', 'committed', 'worked', 'closed'])
})

it.each(['?no', '?late'])(
  'work of scope response is skipped after a failed request: %s',
  async (search) => {
    expect((await call(`/jobs${search}`))[0]).toBe(409)
    expect(said).not.toContain('worked')
  },
)

it('work of scope response runs after the last line of a stream, which a check can refuse before it starts', async () => {
  expect(await call('/jobs/1', 'GET')).toEqual([200, '1\n2\n'])
  expect(said).toEqual(['committed', 'last', 'worked', 'closed'])
  said.length = 0
  expect((await call('/jobs/none', 'GET'))[0]).toBe(404)
  expect(said).toEqual(['closed'])
})

it('an aborted stream is one line in the outer log, and the app’s log has the error', async () => {
  const broken = router('/broken').get('/', { response: jsonLines(z.int()) }, async function* () {
    yield 1
    throw new Error('canary')
  })
  const logged: unknown[] = []
  const say = () => undefined
  const error = (facts: object) => void logged.push(facts)
  const log = { debug: say, info: say, warn: say, error, child: () => log }
  const response = await app({ title: 'x', log, routes: { b: { broken } } }).fetch(
    new Request('http://test/broken'),
  )
  const told = await response.text().catch((thrown: unknown) => thrown)
  expect(String((told as Error).stack)).toBe('Error: A response broke off; the log says why')
  expect(logged).toEqual([
    expect.objectContaining({ err: expect.objectContaining({ message: 'canary' }) as object }),
  ])
})
