// after(): work that runs once the response is sent.
import { after, app, createLogger, dependency, HttpError, router, serve, sse } from 'plinth'
import { testApp } from 'plinth/testing'
import { afterEach, expect, it } from 'vitest'
import * as z from 'zod'

const order: string[] = []
let gate = Promise.withResolvers<void>()
afterEach(() => {
  order.length = 0
  gate = Promise.withResolvers()
})

const lines: Record<string, unknown>[] = []
const destination = { write: (line: string) => lines.push(JSON.parse(line)) }

const counted = dependency(() => {
  after(() => order.push('from a dependency'))
  return 1
})
const closing = dependency(
  function* () {
    yield
    order.push('closed')
  },
  { scope: 'response' },
)
const base = router('/')
const routes = {
  plain: base.get('/plain', {}, () => {
    after(() => order.push('task'))
    return {}
  }),
  waits: base.get('/waits', {}, () => {
    after(async () => {
      await gate.promise
      order.push('task')
    })
    return {}
  }),
  uses: base.get('/uses', { dependencies: { counted } }, ({ counted }) => ({ counted })),
  refuses: base.get('/refuses', { errors: [409] }, () => {
    after(() => order.push('never'))
    throw new HttpError(409, 'no')
  }),
  invalid: base.get('/invalid', { response: z.object({ n: z.number() }) }, () => {
    after(() => order.push('never'))
    return { n: Number.NaN }
  }),
  fails: base.get('/fails', {}, () => {
    after(() => {
      throw new Error('no mail')
    })
    return {}
  }),
  streams: base.get(
    '/streams',
    { response: sse(z.object({ n: z.int() })), dependencies: { closing } },
    async function* () {
      after(() => order.push('task'))
      yield { n: 1 }
      order.push('last event')
    },
  ),
  late: base.get('/late', {}, () => {
    void gate.promise.then(() => {
      try {
        after(() => {})
      } catch (error) {
        order.push((error as Error).message)
      }
    })
    return {}
  }),
}
const api = app({
  title: 'After',
  routes: { base: routes },
  log: createLogger({ level: 'info', format: 'json', destination }),
  mount: {
    '/mounted': () => {
      after(() => order.push('mounted'))
      return new Response('mounted')
    },
    '/broken': () => {
      after(() => order.push('never'))
      throw new Error('broken')
    },
  },
})

it('a client has its response before the task ends, and a graceful shutdown waits for the task', async () => {
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  const response = await fetch(`${server.url}/waits`)
  expect(response.status).toBe(200)
  order.push('response')
  const closed = server.close().then(() => order.push('closed'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  gate.resolve()
  await closed
  expect(order).toEqual(['response', 'task', 'closed'])
})

const get = (path: string): Request => new Request(`http://test${path}`)

it('in testApp the tasks are done when fetch resolves: those of handlers, dependencies and mounts', async () => {
  await using test = testApp(api)
  await test.fetch(get('/plain'))
  await test.fetch(get('/uses'))
  await test.fetch(get('/mounted/x'))
  expect(order).toEqual(['task', 'from a dependency', 'mounted'])
})

it('after an error no task runs', async () => {
  await using test = testApp(api)
  expect((await test.fetch(get('/refuses'))).status).toBe(409)
  expect((await test.fetch(get('/invalid'))).status).toBe(500)
  expect((await test.fetch(get('/broken/x'))).status).toBe(500)
  await test.settled()
  expect(order).toEqual([])
})

it('the error of a task is logged with the id of its request', async () => {
  await using test = testApp(api)
  const response = await test.fetch(get('/fails'))
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: 'work after the response failed',
      requestId: response.headers.get('x-request-id'),
      err: expect.objectContaining({ message: 'no mail' }),
    }),
  )
})

it('after a stream, tasks run when the last byte is sent and the dependencies are closed', async () => {
  await using test = testApp(api)
  const response = await test.fetch(get('/streams'))
  expect(order).toEqual([])
  await response.text()
  await test.settled()
  expect(order).toEqual(['last event', 'closed', 'task'])
})

it('a call after the response is refused, since nothing would run it', async () => {
  await using test = testApp(api)
  await test.fetch(get('/late'))
  gate.resolve()
  await expect.poll(() => order).toEqual([expect.stringContaining('after the response was sent')])
})

it('tasks of api.run() run after it, and not after an error', async () => {
  const one = dependency(() => 1)
  await api.run(one, () => after(() => order.push('task')))
  await expect.poll(() => order).toEqual(['task'])
  const failed = api.run(one, () => {
    after(() => order.push('never'))
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  await api.stop()
  expect(order).toEqual(['task'])
})
