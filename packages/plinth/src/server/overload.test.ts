import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import type { ServeOptions, ServerHandle } from './serve.ts'
import { serve } from './serve.ts'
import { exchange, expectRefusal, start, status } from './serve.fixture.ts'
import { stopMetrics } from '../telemetry/metrics/start-metrics.ts'

const get = (path: string, ...headers: string[]): string =>
  `GET ${path} HTTP/1.1\r\n${['Host: a', ...headers].join('\r\n')}\r\n\r\n`
const last = (path: string): string => get(path, 'Connection: close')

function spin(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

async function open(server: ServerHandle): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Sends requests on keep-alive connections, each as soon as the one before has its response, until told to stop. */
async function flood(server: ServerHandle, connections: number) {
  const statuses: number[] = []
  let isOver = false
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(server)))
  for (const socket of sockets) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      statuses.push(status(text))
      if (!isOver) socket.write(get('/'))
    })
    socket.write(get('/'))
  }
  const count = (wanted: number): number => statuses.filter((one) => one === wanted).length
  return {
    count,
    closed: () => sockets.filter((socket) => socket.readyState !== 'open').length,
    /** Waits for the responses to all requests that were sent. */
    async end() {
      const before = statuses.length
      isOver = true
      await expect.poll(() => statuses.length).toBe(before + connections)
    },
  }
}

/** A server whose handler works for a few milliseconds, where turns may take far less. */
const overloaded = () =>
  start(
    () => {
      spin(5)
      return new Response('done')
    },
    { limits: { eventLoopDelay: 8 } },
  )

describe('a server with more work than time', () => {
  it('refuses some requests at once, serves the others, and closes no connection', async () => {
    const { server } = await overloaded()
    const load = await flood(server, 30)
    await expect.poll(() => load.count(503)).toBeGreaterThan(100)
    const served = load.count(200)
    await expect.poll(() => load.count(200)).toBeGreaterThan(served + 10)
    await load.end()
    expect(load.closed()).toBe(0)
    // It recovers by itself.
    await expect
      .poll(async () => status(await exchange(server, last('/'))), { interval: 20 })
      .toBe(200)
  })

  it('logs the refused requests as a count, and not each of them', async () => {
    const { server, lines } = await overloaded()
    const load = await flood(server, 30)
    await expect.poll(() => load.count(503)).toBeGreaterThan(100)
    await load.end()
    await server.close()
    const logged = lines.map((line) => JSON.parse(line) as { refused?: number; msg: string })
    const counts = logged.filter(({ msg }) => msg === 'overloaded: refusing requests')
    expect(counts.reduce((sum, { refused }) => sum + refused!, 0)).toBe(load.count(503))
    expect(counts.length).toBeLessThan(load.count(503) / 10)
    expect(logged.filter(({ msg }) => msg === 'request')).toEqual([])
  })

  it('serves the metrics all the same', async () => {
    const index = router('').get('/', {}, () => spin(5))
    const log = createLogger({ destination: { write() {} } })
    const api = app({ title: 'Busy', log, metrics: true, routes: { index: { index } } })
    const limits = { eventLoopDelay: 8 }
    const server = await serve(api, { port: 0, signals: false, gracePeriod: 100, limits })
    onTestFinished(async () => {
      await server.close()
      stopMetrics()
    })
    const load = await flood(server, 30)
    const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    for (let n = 1; n < 6; n++) {
      const refused = load.count(503)
      await expect.poll(() => load.count(503)).toBeGreaterThan(refused + 20)
      const page = await exchange(server, scrape)
      expect(status(page)).toBe(200)
      expect(page).toMatch(/\nplinth_shed_requests_total\{plinth_shed_reason="server"\} [1-9]/)
    }
    await load.end()
  })

  it('serves every request if it has no limit', async () => {
    const { server } = await start(
      () => {
        spin(5)
        return new Response('done')
      },
      { limits: { eventLoopDelay: 0 } },
    )
    const load = await flood(server, 30)
    await expect.poll(() => load.count(200)).toBeGreaterThan(100)
    await load.end()
    expect(load.count(503)).toBe(0)
  })
})

it('one blocking handler is not an overload: the requests behind it are served', async () => {
  const { server } = await start(
    ({ url }) => {
      if (url.endsWith('/blocks')) spin(1100)
      return new Response('done')
    },
    // Nothing but the blocking handler takes as long.
    { limits: { eventLoopDelay: 1000 } },
  )
  const paths = ['/blocks', ...Array.from({ length: 20 }, () => '/')]
  const responses = await Promise.all(paths.map((path) => exchange(server, last(path))))
  expect(responses.map(status)).toEqual(paths.map(() => 200))
})

it('a request whose client disconnected while the event loop was blocked is not started', async () => {
  const started: string[] = []
  const clients: Socket[] = []
  const { server } = await start(({ url }) => {
    const { pathname } = new URL(url)
    started.push(pathname)
    if (pathname === '/blocks') {
      for (const client of clients) client.write(get('/gone'))
      for (const client of clients) client.destroy()
      waiting.write(last('/waits'))
      spin(300)
    }
    return new Response('done')
  })
  for (let n = 0; n < 5; n++) clients.push(await open(server))
  const waiting = await open(server)
  const response = once(waiting, 'data')
  await exchange(server, last('/blocks'))
  expect(status(String((await response)[0]))).toBe(200)
  await exchange(server, last('/after'))
  expect(started).toEqual(['/blocks', '/waits', '/after'])
})

describe('the ceiling of requests in flight', () => {
  /** An app with a handler that waits for a gate, and an endless stream. */
  async function gated(options: ServeOptions) {
    const gate = Promise.withResolvers<void>()
    let started = 0
    const routes = router('')
    const wait = routes.get('/wait', {}, async () => {
      started++
      await gate.promise
      return 'done'
    })
    const stream = routes.get('/stream', {}, () => {
      const body = new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode('on')) })
      return new Response(body)
    })
    const log = createLogger({ destination: { write() {} } })
    const server = await serve(
      app({
        title: 'Gated',
        log,
        cors: { origins: ['https://page.example'] },
        routes: { routes: { wait, stream } },
      }),
      {
        port: 0,
        signals: false,
        gracePeriod: 100,
        ...options,
      },
    )
    onTestFinished(() => server.close())
    return { server, gate, started: () => started }
  }

  it('refuses the next request with Retry-After on a connection that stays open, and lets health checks pass', async () => {
    const { server, gate, started } = await gated({ limits: { inFlight: 2, eventLoopDelay: 0 } })
    const waiting = [exchange(server, last('/wait')), exchange(server, last('/wait'))]
    await expect.poll(started).toBe(2)
    const two = await exchange(server, get('/wait'), last('/wait'))
    const [first, second] = two.split(/(?<=})(?=HTTP)/)
    expect(first).toMatch(/\r\nretry-after: 1\r\n/)
    expect(first).not.toMatch(/\r\nconnection: close\r\n/i)
    expectRefusal(
      second!.replace('Connection: close', 'connection: close'),
      503,
      'PLINTH_OVERLOADED',
    )
    for (const path of ['/health/live', '/health/ready'])
      expect(status(await exchange(server, last(path)))).toBe(200)
    gate.resolve()
    expect((await Promise.all(waiting)).map(status)).toEqual([200, 200])
    expect(status(await exchange(server, last('/wait')))).toBe(200)
    expect(started()).toBe(3)
  })

  it('does not count open streams', async () => {
    const { server } = await gated({ limits: { inFlight: 1, eventLoopDelay: 0 } })
    for (let n = 0; n < 3; n++) {
      const socket = await open(server)
      socket.write(get('/stream'))
      expect(status(String((await once(socket, 'data'))[0]))).toBe(200)
    }
  })

  it('keeps the order of pipelined responses, refused ones included', async () => {
    const { server, gate, started } = await gated({ limits: { inFlight: 1, eventLoopDelay: 0 } })
    const response = exchange(server, get('/wait'), get('/wait'), last('/health/live'))
    await expect.poll(started).toBe(1)
    gate.resolve()
    const statuses = (await response).match(/HTTP\/1\.1 \d+/g)
    expect(statuses).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503', 'HTTP/1.1 200'])
  })

  it('lets pages of permitted origins read the refusal', async () => {
    const { server, gate, started } = await gated({ limits: { inFlight: 1, eventLoopDelay: 0 } })
    const waiting = exchange(server, last('/wait'))
    await expect.poll(started).toBe(1)
    const refusal = await exchange(
      server,
      get('/wait', 'Origin: https://page.example', 'X-Request-Id: mine', 'Connection: close'),
    )
    expect(status(refusal)).toBe(503)
    expect(refusal).toMatch(/\r\naccess-control-allow-origin: https:\/\/page\.example\r\n/i)
    expect(refusal).toMatch(/\r\nx-request-id: mine\r\n/i)
    gate.resolve()
    await waiting
  })
})
