import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { close, exchange, expectRefusal, hello, start, status } from './serve.fixture.ts'
import { serve } from './serve.ts'

describe('serve', () => {
  it('answers, and gives its address', async () => {
    const { server } = await start()
    expect(server.url).toBe(`http://localhost:${server.port}`)
    expect(await (await fetch(server.url)).text()).toBe('hello')
  })

  it('answers over IPv4 and IPv6 alike', async () => {
    const { server } = await start()
    const viaIpv4 = await fetch(`http://127.0.0.1:${server.port}`)
    const viaIpv6 = await fetch(`http://[::1]:${server.port}`).catch(() => undefined)
    expect(viaIpv4.status).toBe(200)
    // a machine may have no IPv6
    expect(viaIpv6?.status ?? 200).toBe(200)
  })

  it('starts the app before the first answer, and stops it after the last', async () => {
    const events: string[] = []
    const gate = Promise.withResolvers<void>()
    const { server } = await start(
      async () => {
        events.push('request')
        await gate.promise
        events.push('answer')
        return new Response('x')
      },
      {},
      {
        start: async () => void events.push('start'),
        drain: () => void events.push('drain'),
        stop: async () => void events.push('stop'),
      },
    )
    const answer = fetch(server.url)
    while (!events.includes('request')) await new Promise(setImmediate)
    const closed = server.close()
    gate.resolve()
    await closed
    expect((await answer).status).toBe(200)
    expect(events).toStrictEqual(['start', 'request', 'drain', 'answer', 'stop'])
  })

  it('stops the app once, however often it is closed', async () => {
    let stops = 0
    const { server } = await start(hello, {}, { stop: async () => void stops++ })
    await Promise.all([server.close(), server.close()])
    expect(stops).toBe(1)
  })

  it('fails to start when the app does, and leaves the port', async () => {
    const failing = { start: () => Promise.reject(new Error('no database')) }
    const port = await freePort()
    await expect(start(hello, { port }, failing)).rejects.toThrow('no database')
    await start(hello, { port })
  })

  it('says in a sentence that the port is in use', async () => {
    const { server } = await start()
    await expect(start(hello, { port: server.port })).rejects.toMatchObject({
      name: 'PlinthError',
      code: 'PLINTH_PORT_IN_USE',
      message: `Port ${server.port} is in use on localhost: stop the program that has it, or set another with PORT`,
    })
  })

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses %s as a port', async (port) => {
    await expect(start(hello, { port })).rejects.toMatchObject({ code: 'PLINTH_SETTINGS_INVALID' })
  })

  it('says in a sentence that it cannot listen somewhere', async () => {
    await expect(start(hello, { hostname: '192.0.2.1' })).rejects.toMatchObject({
      code: 'PLINTH_SETTINGS_INVALID',
      message: expect.stringContaining('192.0.2.1'),
    })
  })

  it('aborts the signal of a request whose client goes away', async () => {
    const aborted = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { server } = await start(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      arrived.resolve()
      await aborted.promise
      return new Response('too late')
    })
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await arrived.promise
    socket.destroy()
    await aborted.promise
  })

  it('answers 500 and logs when the app rejects, without a word of why', async () => {
    const { server, lines } = await start(() => {
      throw new Error('postgres://ann:canary@db/app')
    })
    const answer = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
    expectRefusal(answer, 500, 'PLINTH_INTERNAL')
    expect(answer).not.toContain('canary')
    expect(lines.join('')).toContain('the app did not answer')
    expect(lines.join('')).not.toContain('canary')
  })
})

async function freePort(): Promise<number> {
  const server = await serve({ fetch: hello, log: createLogger() }, { port: 0, signals: false })
  await server.close()
  return server.port
}

describe('a slow client', () => {
  const fast = { checkInterval: 20 }
  it('that does not end its headers is 408', async () => {
    const { server } = await start(hello, { limits: { ...fast, headersTimeout: 100 } })
    expectRefusal(
      await exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n'),
      408,
      'PLINTH_REQUEST_TIMEOUT',
    )
  })

  it('that does not end its body is 408, and the handler hears of it', async () => {
    const heard = Promise.withResolvers<void>()
    const limits = { ...fast, headersTimeout: 100, requestTimeout: 100 }
    const { server } = await start(
      async (incoming) => {
        await incoming.text().catch(() => heard.resolve())
        return new Response('never')
      },
      { limits },
    )
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'
    expectRefusal(await exchange(server, head), 408, 'PLINTH_REQUEST_TIMEOUT')
    await heard.promise
  })

  it('that does not read is cut off, and the signal aborted', async () => {
    const aborted = Promise.withResolvers<void>()
    const { server } = await start(
      ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve())
        return Promise.resolve(new Response(new Uint8Array(50_000_000)))
      },
      { limits: { ...fast, readTimeout: 100 } },
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await aborted.promise
    socket.destroy()
  })

  it('does not end a handler that takes its time', async () => {
    const { server } = await start(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 400))
        return new Response('done')
      },
      { limits: { ...fast, readTimeout: 50, headersTimeout: 100, requestTimeout: 100 } },
    )
    expect(await (await fetch(server.url)).text()).toBe('done')
  })
})

describe('an answer', () => {
  it.each(['a\r\nset-cookie: evil=1', 'emoji 😀', 'nul \u0000', 'half \ud800'])(
    'with %j in a header is sent, encoded',
    async (value) => {
      const { server } = await start(() => new Response('x', { headers: { 'x-echo': value } }))
      const answer = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
      // A web-standard Headers object refuses some of them, and that is a 500 of the app.
      expect([200, 500]).toContain(status(answer))
      expect(answer).not.toMatch(/\r\nset-cookie/i)
    },
  )

  it('that breaks says nothing of why, and does not look whole', async () => {
    // The adapter prints the error of a stream itself; the app gives it none that says something.
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = (before: string): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            if (before !== '') controller.enqueue(new TextEncoder().encode(before))
            controller.error(new Error('canary'))
          },
        }),
      )
    for (const before of ['', 'some']) {
      const { server } = await start(() => Promise.resolve(broken(before)))
      const answer = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
      expect(answer).not.toContain('canary')
      expect(answer).not.toMatch(/0\r\n\r\n$/)
    }
    printed.mockRestore()
  })
})

describe('close', () => {
  it('waits for what is running, and tells the client that the connection ends', async () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { server } = await start(async () => {
      arrived.resolve()
      await gate.promise
      return new Response('done')
    })
    const answer = exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await arrived.promise
    const closed = server.close()
    gate.resolve()
    expect(await answer).toMatch(/^HTTP\/1\.1 200 .*connection: close\r\n.*done$/is)
    await closed
    await expect(fetch(server.url)).rejects.toThrow()
  })

  it('closes idle connections, used ones and new ones', async () => {
    const { server } = await start()
    const open = (bytes?: string): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => bytes ?? resolve(socket))
        socket.once('data', () => resolve(socket))
        if (bytes !== undefined) socket.write(bytes)
      })
    const sockets = [await open(), await open('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]
    const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    await server.close()
    await Promise.all(ends)
  })

  it('gives up a request that never ends: 503, its signal aborted, then the app stopped', async () => {
    const events: string[] = []
    const arrived = Promise.withResolvers<void>()
    const { server, lines } = await start(
      ({ signal }) => {
        signal.addEventListener('abort', () => events.push('abort'))
        arrived.resolve()
        return new Promise<Response>(() => {})
      },
      { gracePeriod: 200 },
      { stop: async () => void events.push('stop') },
    )
    const answer = exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await arrived.promise
    await server.close()
    expectRefusal(await answer, 503, 'PLINTH_SHUTTING_DOWN')
    expect(events).toStrictEqual(['abort', 'stop'])
    expect(lines.join('')).toContain('requests were cut off')
  })

  it('ends a keep-alive client’s agent without an error for the request before', async () => {
    const { server } = await start()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    request({ port: server.port, host: '127.0.0.1' }, (answer) => {
      answer.setEncoding('utf8').on('data', resolve)
    })
      .on('error', reject)
      .end()
    expect(await promise).toBe('hello')
    await server.close()
  })
})
