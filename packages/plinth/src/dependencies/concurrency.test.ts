import { describe, expect, it } from 'vitest'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { router, type Router } from '../routing/router.ts'
import { sse } from '../http/stream.ts'
import { dependency } from './dependency.ts'
import * as z from 'zod'

const log = createLogger({ level: 'silent' })

/** A gate that handlers wait at, and the names of those that have reached it. */
function gate() {
  const inside: string[] = []
  const open = Promise.withResolvers<void>()
  return {
    inside,
    open: () => open.resolve(),
    enter: async (name = 'one') => {
      inside.push(name)
      await open.promise
    },
  }
}

/** An app with the routes that are declared on a router. */
const appOf = (declare: (routes: Router<'/do', {}>) => object) =>
  app({ title: 'Work', routes: { work: { ...declare(router('/do')) } }, log })

const ask = (
  api: ReturnType<typeof appOf>,
  path = '/do',
  init: RequestInit = {},
): Promise<Response> => api.fetch(new Request(`http://localhost${path}`, init))

/** Resolves after everything that is ready has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('maxConcurrency of a route', () => {
  it('runs its number of handlers, the others wait in order, and more than the queue holds are a 503', async () => {
    const { inside, enter, open } = gate()
    const api = appOf((work) => ({
      run: work.get('/:name', { maxConcurrency: { max: 2, queue: 2 } }, async ({ params }) => {
        await enter(params.name)
        return params.name
      }),
    }))
    const responses = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(api, `/do/${name}`))
    const refused = await responses[4]!
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'PLINTH_OVERLOADED' })
    expect(inside).toEqual(['a', 'b'])
    open()
    const others = await Promise.all(responses.slice(0, 4))
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(inside).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gives the place of a handler that fails to the next one', async () => {
    const api = appOf((work) => ({
      run: work.get('/:name', { maxConcurrency: 1 }, async ({ params }) => {
        await settled()
        if (params.name === 'bad') throw new Error('bad')
        return params.name
      }),
    }))
    const names = ['bad', 'a', 'bad', 'b']
    const responses = await Promise.all(names.map((name) => ask(api, `/do/${name}`)))
    expect(responses.map(({ status }) => status)).toEqual([500, 200, 500, 200])
  })

  it('forgets a client that leaves while it waits', async () => {
    const { inside, enter, open } = gate()
    const api = appOf((work) => ({
      run: work.get('/:name', { maxConcurrency: { max: 1, queue: 1 } }, async ({ params }) => {
        await enter(params.name)
      }),
    }))
    const first = ask(api, '/do/a')
    const leaving = new AbortController()
    const left = ask(api, '/do/b', { signal: leaving.signal })
    await settled()
    leaving.abort()
    await left
    const next = ask(api, '/do/c')
    await settled()
    open()
    expect([(await first).status, (await next).status]).toEqual([200, 200])
    expect(inside).toEqual(['a', 'c'])
  })

  it('keeps the place of a stream until its last byte', async () => {
    const { inside, enter, open } = gate()
    const api = appOf((work) => ({
      run: work.get(
        '/:name',
        { response: sse(z.string()), maxConcurrency: 1 },
        async function* ({ params }) {
          yield params.name
          await enter(params.name)
        },
      ),
    }))
    const [first, second] = [ask(api, '/do/a'), ask(api, '/do/b')]
    const text = (await first).text()
    await expect.poll(() => inside).toEqual(['a'])
    open()
    expect(await text).toContain('"a"')
    expect(await (await second).text()).toContain('"b"')
    expect(inside).toEqual(['a', 'b'])
  })

  it('ends with the deadline of a request that waits', async () => {
    const { enter, open } = gate()
    const api = appOf((work) => ({
      run: work.get('/', { maxConcurrency: 1, deadline: 50 }, () => enter()),
    }))
    const responses = await Promise.all([ask(api), ask(api)])
    expect(responses.map(({ status }) => status)).toEqual([503, 503])
    open()
    await settled()
    expect((await ask(api)).status).toBe(200)
  })
})

describe('maxConcurrency of a dependency', () => {
  it.each([
    ['a function', () => 'value'],
    ['an async function', async () => 'value'],
    [
      'a generator',
      function* () {
        yield 'value'
      },
    ],
    [
      'an async generator',
      async function* () {
        yield 'value'
      },
    ],
  ])('limits the requests that have the value of %s', async (_what, factory) => {
    const { inside, enter, open } = gate()
    const slot = dependency(factory as () => string, { maxConcurrency: 1 })
    const api = appOf((work) => ({
      run: work.get('/:name', { dependencies: { slot } }, async ({ params, slot }) => {
        await enter(params.name)
        return slot
      }),
    }))
    const responses = ['a', 'b'].map((name) => ask(api, `/do/${name}`))
    await settled()
    expect(inside).toEqual(['a'])
    open()
    for (const response of responses) expect(await (await response).json()).toBe('value')
    expect(inside).toEqual(['a', 'b'])
  })

  it('throws the error of a request into its generator', async () => {
    const seen: unknown[] = []
    const slot = dependency(
      async function* () {
        try {
          yield 1
        } catch (error) {
          seen.push(error)
          throw error
        }
      },
      { maxConcurrency: 1 },
    )
    const wrong = new Error('wrong')
    const api = appOf((work) => ({
      run: work.get('/', { dependencies: { slot } }, () => {
        throw wrong
      }),
    }))
    expect((await ask(api)).status).toBe(500)
    expect(seen).toEqual([wrong])
  })

  it.each([
    [0, 'a whole number above 0'],
    [1.5, 'a whole number above 0'],
    [{ max: 1, queue: -1 }, 'a whole number above 0'],
    [{ max: 1, que: 1 }, 'Did you mean "queue"?'],
  ])('is refused as %j', (maxConcurrency, message) => {
    const declare = () => dependency(() => 1, { maxConcurrency: maxConcurrency as number })
    expect(declare).toThrow(message)
    expect(() => router('/do').get('/', { maxConcurrency }, () => 1)).toThrow(message)
  })

  it('is refused where it would have no effect, or wait for itself', () => {
    expect(() => dependency(() => 1, { maxConcurrency: 1, scope: 'app' })).toThrow("scope 'app'")
    expect(() => dependency(() => 1, { maxConcurrency: 1, cache: false })).toThrow('cache: false')
  })
})
