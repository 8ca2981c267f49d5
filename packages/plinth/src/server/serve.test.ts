import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { close, exchange, expectRefusal, hello, start, status } from './serve.fixture.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

describe('serve', () => {
  it('responds, and returns its address', async () => {
    const { server } = await start()
    expect(server.url).toBe(`http://localhost:${server.port}`)
    expect(await (await fetch(server.url)).text()).toBe('hello')
  })

  it('responds over both IPv4 and IPv6', async () => {
    const { server } = await start()
    const viaIpv4 = await fetch(`http://127.0.0.1:${server.port}`)
    const viaIpv6 = await fetch(`http://[::1]:${server.port}`).catch(() => undefined)
    expect(viaIpv4.status).toBe(200)
    // a machine may have no IPv6
    expect(viaIpv6?.status ?? 200).toBe(200)
  })

  it('starts the app before the first response, and stops it after the last', async () => {
    const events: string[] = []
    const gate = Promise.withResolvers<void>()
    const { server } = await start(
      async () => {
        events.push('request')
        await gate.promise
        events.push('response')
        return new Response('x')
      },
      {},
      {
        start: async () => void events.push('start'),
        drain: () => void events.push('drain'),
        stop: async () => void events.push('stop'),
      },
    )
    const response = fetch(server.url)
    while (!events.includes('request')) await new Promise(setImmediate)
    const closed = server.close()
    gate.resolve()
    await closed
    expect((await response).status).toBe(200)
    expect(events).toStrictEqual(['start', 'request', 'drain', 'response', 'stop'])
  })

  it('stops the app once, even if it is closed twice', async () => {
    let stops = 0
    const { server } = await start(hello, {}, { stop: async () => void stops++ })
    await Promise.all([server.close(), server.close()])
    expect(stops).toBe(1)
  })

  it('rejects if the app does not start, and frees the port', async () => {
    const failing = { start: () => Promise.reject(new Error('no database')) }
    const port = await freePort()
    await expect(start(hello, { port }, failing)).rejects.toThrow('no database')
    await start(hello, { port })
  })

  it('says in one sentence that the port is in use', async () => {
    const { server } = await start()
    await expect(start(hello, { port: server.port })).rejects.toMatchObject({
      name: 'PlinthError',
      code: 'PLINTH_PORT_IN_USE',
      message: `Port ${server.port} is in use on localhost: stop the program that uses it, or set another port with PORT`,
    })
  })

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses %s as a port', async (port) => {
    await expect(start(hello, { port })).rejects.toMatchObject({ code: 'PLINTH_SETTINGS_INVALID' })
  })

  it('says in one sentence that it cannot listen on a host', async () => {
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

  it('responds 500 and logs the error when the app rejects, without leaking the reason', async () => {
    const { server, lines } = await start(() => {
      throw new Error('postgres://ann:canary@db/app')
    })
    const response = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
    expectRefusal(response, 500, 'PLINTH_INTERNAL')
    expect(response).not.toContain('canary')
    expect(lines.join('')).toContain('the app did not respond')
    expect(lines.join('')).not.toContain('canary')
  })
})

describe('a slow client', () => {
  const fast = { checkInterval: 20 }
  it('that does not finish its headers gets a 408', async () => {
    const { server } = await start(hello, { limits: { ...fast, headersTimeout: 100 } })
    expectRefusal(
      await exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n'),
      408,
      'PLINTH_REQUEST_TIMEOUT',
    )
  })

  it('that does not finish its body gets a 408, and the handler sees an error', async () => {
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

  it('that does not read is disconnected, and the signal aborts', async () => {
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

  it('is the only target of the timeouts: a slow handler finishes', async () => {
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

describe('a response', () => {
  it.each(['a\r\nset-cookie: evil=1', 'emoji 😀', 'nul \u0000', 'half \ud800'])(
    'with %j in a header is encoded, or a 500 of the app',
    async (value) => {
      const { server } = await start(() => new Response('x', { headers: { 'x-echo': value } }))
      const response = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
      // A web-standard Headers object rejects some of them, which is a 500 of the app.
      expect([200, 500]).toContain(status(response))
      expect(response).not.toMatch(/\r\nset-cookie/i)
    },
  )

  it('that fails does not leak the reason, and does not look complete', async () => {
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
      const response = await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
      expect(response).not.toContain('canary')
      expect(response).not.toMatch(/0\r\n\r\n$/)
    }
    printed.mockRestore()
  })
})

describe('close', () => {
  it('waits for running requests, and sends Connection: close', async () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { server } = await start(async () => {
      arrived.resolve()
      await gate.promise
      return new Response('done')
    })
    const response = exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await arrived.promise
    const closed = server.close()
    gate.resolve()
    expect(await response).toMatch(/^HTTP\/1\.1 200 .*connection: close\r\n.*done$/is)
    await closed
    await expect(fetch(server.url)).rejects.toThrow()
  })

  it('closes idle connections, both used and new ones', async () => {
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

  it('ends a request that never finishes: 503, abort its signal, then stop the app', async () => {
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
    const response = exchange(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await arrived.promise
    await server.close()
    expectRefusal(await response, 503, 'PLINTH_SHUTTING_DOWN')
    expect(events).toStrictEqual(['abort', 'stop'])
    expect(lines.join('')).toContain('requests were cut off')
  })

  it('ends a keep-alive connection without an error for the request before', async () => {
    const { server } = await start()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    request({ port: server.port, host: '127.0.0.1' }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
      .on('error', reject)
      .end()
    expect(await promise).toBe('hello')
    await server.close()
  })
})
