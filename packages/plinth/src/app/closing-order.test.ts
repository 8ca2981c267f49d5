import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { dependency, type Scope } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { conflict, HttpError } from '../errors/http-error.ts'
import { router } from '../routing/router.ts'
import { jsonLines } from '../http/stream.ts'
import { app } from './app.ts'

/** The events, in order. */
type Events = string[]

const failure = new Error('the handler failed')
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Four ways to write the same dependency: the order must be the same for all. */
const kinds = {
  generator: (events: Events, name: string) =>
    function* () {
      events.push(`open ${name}`)
      try {
        yield name
        events.push(`close ${name}`)
      } catch (error) {
        events.push(`close ${name} (${words(error)})`)
        throw error
      }
    },
  'async generator': (events: Events, name: string) =>
    async function* () {
      await Promise.resolve()
      events.push(`open ${name}`)
      try {
        yield name
        await Promise.resolve()
        events.push(`close ${name}`)
      } catch (error) {
        await Promise.resolve()
        events.push(`close ${name} (${words(error)})`)
        throw error
      }
    },
} as const

type Kind = keyof typeof kinds

interface Link {
  readonly kind: Kind
  readonly name: string
  readonly needs?: Dependency<unknown>
  readonly scope?: Scope
}
const link = (events: Events, { kind, name, needs, scope }: Link): Dependency<unknown> =>
  dependency(
    needs === undefined ? {} : { needs },
    kinds[kind](events, name) as () => Generator<string>,
    {
      ...(scope && { scope }),
      name,
    },
  )

/** Five dependencies, each needing the one before. */
function chain(events: Events, pattern: readonly Kind[]): Dependency<unknown> {
  let last: Dependency<unknown> | undefined
  for (const [at, kind] of pattern.entries())
    last = link(events, { kind, name: String(at + 1), ...(last && { needs: last }) })
  return last as Dependency<unknown>
}

const patterns: Record<string, readonly Kind[]> = {
  'all sync': Array<Kind>(5).fill('generator'),
  'all async': Array<Kind>(5).fill('async generator'),
  'sync and async mixed': [
    'generator',
    'async generator',
    'generator',
    'async generator',
    'generator',
  ],
}
const opened = ['open 1', 'open 2', 'open 3', 'open 4', 'open 5']
const closed = ['close 5', 'close 4', 'close 3', 'close 2', 'close 1']
const closedWith = (message: string): string[] => closed.map((line) => `${line} (${message})`)

interface OutgoingResponse {
  readonly status: number
  readonly body: unknown
}
async function responseTo(
  dependencies: Record<string, Dependency<unknown>>,
  handler: () => unknown,
  deadline = 0,
): Promise<OutgoingResponse> {
  const route = router('/x').get('/', { dependencies, deadline }, handler)
  const api = app({ title: 'test', routes: { x: { route } } })
  const response = await api.fetch(new Request('http://test/x'))
  return { status: response.status, body: await response.json() }
}

describe.each(Object.entries(patterns))('five dependencies deep, %s', (_, pattern) => {
  it('closes in reverse order, before the response, after a success', async () => {
    const events: Events = []
    const { status } = await responseTo({ deep: chain(events, pattern) }, () => {
      events.push('handler')
      return 'done'
    })
    events.push('response')
    expect(status).toBe(200)
    expect(events).toEqual([...opened, 'handler', ...closed, 'response'])
  })

  it('passes the error of the handler to each cleanup', async () => {
    const events: Events = []
    const { status } = await responseTo({ deep: chain(events, pattern) }, () => {
      throw failure
    })
    expect(status).toBe(500)
    expect(events).toEqual([...opened, ...closedWith('the handler failed')])
  })

  it('passes the rejection of an async handler to each cleanup', async () => {
    const events: Events = []
    await responseTo({ deep: chain(events, pattern) }, async () => {
      await Promise.resolve()
      throw failure
    })
    expect(events).toEqual([...opened, ...closedWith('the handler failed')])
  })

  it('closes the open dependencies when the next one throws, and does not call the handler', async () => {
    const events: Events = []
    const broken = dependency({ deep: chain(events, pattern) }, () => {
      throw conflict('taken')
    })
    const { status } = await responseTo({ broken }, () => events.push('handler'))
    expect(status).toBe(409)
    expect(events).toEqual([...opened, ...closedWith('taken')])
  })

  it('closes the others when one cleanup fails, and responds with its error', async () => {
    const events: Events = []
    const commit = dependency({ deep: chain(events, pattern) }, async function* () {
      yield
      throw new HttpError(503, 'no commit')
    })
    const { status } = await responseTo({ commit }, () => 'done')
    expect(status).toBe(503)
    expect(events).toEqual([...opened, ...closedWith('no commit')])
  })

  it('keeps the first error when a cleanup fails too', async () => {
    const events: Events = []
    const messy = dependency({ deep: chain(events, pattern) }, async function* () {
      try {
        yield
      } finally {
        throw new Error('cleanup failed') // oxlint-disable-line no-unsafe-finally -- the fault under test
      }
    })
    const { status, body } = await responseTo({ messy }, () => {
      throw conflict('first')
    })
    expect(status).toBe(409)
    expect(body).toMatchObject({ detail: 'first' })
    expect(events).toEqual([...opened, ...closedWith('first')])
  })

  it('closes at the deadline, while the handler still runs', async () => {
    const events: Events = []
    let finish: (() => void) | undefined
    const { status, body } = await responseTo(
      { deep: chain(events, pattern) },
      () => new Promise<void>((resolve) => (finish = resolve)),
      20,
    )
    expect(status).toBe(503)
    expect(body).toMatchObject({ code: 'PLINTH_DEADLINE_EXCEEDED' })
    const message = 'The request took longer than 20 ms'
    expect(events).toEqual([...opened, ...closedWith(message)])
    finish?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual([...opened, ...closedWith(message)])
  })
})

describe('a dependency', () => {
  it('is created once per request, and closed once, whatever uses it', async () => {
    const events: Events = []
    const shared = link(events, { kind: 'generator', name: 'shared' })
    const left = dependency({ shared }, ({ shared }) => shared)
    const right = dependency({ shared }, ({ shared }) => shared)
    await responseTo({ left, right, shared }, () => 'done')
    expect(events).toEqual(['open shared', 'close shared'])
  })

  it('with cache: false is created again for each use', async () => {
    let made = 0
    const counter = dependency(() => ++made, { cache: false })
    const left = dependency({ counter }, ({ counter }) => counter)
    const right = dependency({ counter }, ({ counter }) => counter)
    await responseTo({ left, right }, () => 'done')
    expect(made).toBe(2)
  })

  it('may translate the error that its cleanup gets', async () => {
    class SoldOut extends Error {}
    const translate = dependency(async function* () {
      try {
        yield
      } catch (error) {
        throw error instanceof SoldOut ? conflict('sold out') : error
      }
    })
    const { status } = await responseTo({ translate }, () => {
      throw new SoldOut()
    })
    expect(status).toBe(409)
  })

  it('cannot turn a failure into a success by swallowing the error', async () => {
    const swallow = dependency(function* () {
      try {
        yield
      } catch {
        // Swallows the error.
      }
    })
    const { status } = await responseTo({ swallow }, () => {
      throw conflict()
    })
    expect(status).toBe(409)
  })

  it('that yields twice fails, and is closed', async () => {
    const events: Events = []
    const twice = dependency(function* () {
      try {
        yield 1
        yield 2
      } finally {
        events.push('closed')
      }
    })
    const { status } = await responseTo({ twice }, () => 'done')
    expect(status).toBe(500)
    expect(events).toEqual(['closed'])
  })

  it('that is still being created at the deadline is closed once it exists', async () => {
    const events: Events = []
    let go: (() => void) | undefined
    const slow = dependency(async function* () {
      await new Promise<void>((resolve) => (go = resolve))
      try {
        yield
      } finally {
        events.push('closed')
      }
    })
    const { status } = await responseTo({ slow }, () => events.push('handler'), 20)
    expect(status).toBe(503)
    go?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual(['closed'])
  })

  it.each(Object.keys(kinds) as Kind[])(
    'with scope response is closed after the last byte (%s)',
    async (kind) => {
      const events: Events = []
      const late = link(events, { kind, name: 'late', scope: 'response' })
      const early = link(events, { kind, name: 'early', needs: late })
      const route = router('/x').get(
        '/',
        { dependencies: { early, late }, response: jsonLines(z.object({ n: z.int() })) },
        async function* () {
          for (const n of [1, 2]) {
            events.push(`yield ${n}`)
            yield { n }
          }
        },
      )
      const api = app({ title: 'test', routes: { x: { route } } })
      const response = await api.fetch(new Request('http://test/x'))
      events.push('response')
      expect(await response.text()).toBe('{"n":1}\n{"n":2}\n')
      expect(events).toEqual([
        'open late',
        'open early',
        'close early',
        'response',
        'yield 1',
        'yield 2',
        'close late',
      ])
    },
  )

  it('with scope response is closed when the client disconnects, and the stream ends', async () => {
    const events: Events = []
    const late = link(events, { kind: 'async generator', name: 'late', scope: 'response' })
    const route = router('/x').get(
      '/',
      { dependencies: { late }, response: jsonLines(z.object({ n: z.int() })) },
      async function* ({ signal }) {
        try {
          for (let n = 0; ; n++) yield { n }
        } finally {
          events.push(`stream ended, aborted: ${signal.aborted}`)
        }
      },
    )
    const api = app({ title: 'test', routes: { x: { route } } })
    const response = await api.fetch(new Request('http://test/x'))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.cancel()
    expect(events[0]).toBe('open late')
    expect(events.slice(1).toSorted()).toEqual([
      'close late (The client disconnected before the response was sent)',
      expect.stringContaining('stream ended'),
    ])
  })

  it('with scope response is closed after a body that is not a stream, too', async () => {
    const events: Events = []
    const late = link(events, { kind: 'generator', name: 'late', scope: 'response' })
    const route = router('/x').get('/', { dependencies: { late } }, () => 'done')
    const api = app({ title: 'test', routes: { x: { route } } })
    const response = await api.fetch(new Request('http://test/x'))
    events.push('response')
    expect(await response.json()).toBe('done')
    expect(events).toEqual(['open late', 'response', 'close late'])
  })

  it('with scope app is created once, on first use, and closed at stop in reverse order', async () => {
    const events: Events = []
    const first = link(events, { kind: 'async generator', name: 'first', scope: 'app' })
    const second = link(events, { kind: 'generator', name: 'second', scope: 'app', needs: first })
    const route = router('/x').get('/', { dependencies: { second } }, ({ second }) => second)
    const api = app({ title: 'test', routes: { x: { route } } })
    expect(events).toEqual([])
    const ask = async () => (await api.fetch(new Request('http://test/x'))).json()
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['second', 'second', 'second'])
    expect(events).toEqual(['open first', 'open second'])
    await api.stop()
    expect(events).toEqual(['open first', 'open second', 'close second', 'close first'])
  })

  it('with scope app that fails is tried again at the next request', async () => {
    let tries = 0
    const flaky = dependency(
      async () => {
        if (++tries === 1) throw new HttpError(503, 'not yet')
        return 'ready'
      },
      { scope: 'app' },
    )
    const route = router('/x').get('/', { dependencies: { flaky } }, ({ flaky }) => flaky)
    const api = app({ title: 'test', routes: { x: { route } } })
    expect((await api.fetch(new Request('http://test/x'))).status).toBe(503)
    expect(await (await api.fetch(new Request('http://test/x'))).json()).toBe('ready')
  })

  it('must not use one that is closed earlier', () => {
    const request = dependency(() => 1, { name: 'request' })
    const response = dependency(() => 1, { scope: 'response', name: 'response' })
    const use = (wrong: Dependency<unknown>) => () =>
      app({
        title: 'test',
        routes: { x: { route: router('/x').get('/', { dependencies: { wrong } }, () => 1) } },
      })
    expect(use(dependency({ request }, () => 1, { scope: 'response', name: 'stream' }))).toThrow(
      `the dependency "stream" has scope 'response' and uses "request", whose scope 'request' ends earlier`,
    )
    expect(use(dependency({ response }, () => 1, { scope: 'app', name: 'pool' }))).toThrow(
      `the dependency "pool" has scope 'app' and uses "response", whose scope 'response' ends earlier`,
    )
  })
})

describe('run', () => {
  it('creates a dependency outside of a request, and closes it after the function', async () => {
    const events: Events = []
    const deep = chain(events, patterns['sync and async mixed'] as Kind[])
    const api = app({ title: 'test', routes: {} })
    const result = await api.run(deep, (value) => {
      events.push(`use ${String(value)}`)
      return 42
    })
    expect(result).toBe(42)
    expect(events).toEqual([...opened, 'use 5', ...closed])
  })

  it('passes the error of the function to the cleanups, and rejects with it', async () => {
    const events: Events = []
    const api = app({ title: 'test', routes: {} })
    await expect(
      api.run(chain(events, patterns['all sync'] as Kind[]), () => {
        throw failure
      }),
    ).rejects.toBe(failure)
    expect(events).toEqual([...opened, ...closedWith('the handler failed')])
  })
})
