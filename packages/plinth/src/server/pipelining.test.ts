import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { mostPipelined } from './connection.ts'
import { exchange, start } from './serve.fixture.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

it('pipelined requests are handled eight at a time, and their responses keep their order', async () => {
  let running = 0
  let most = 0
  const { server } = await start(async ({ url }) => {
    most = Math.max(most, ++running)
    await delay(1)
    running--
    return new Response(new URL(url).pathname)
  })
  const paths = Array.from({ length: 250 }, (_, n) => `/${n}`)
  const answer = await exchange(server, [...paths.map(get), last].join(''))
  expect(answer.match(/^\/\w+/gm)?.map((path) => path.replace('HTTP', ''))).toEqual([
    ...paths,
    '/last',
  ])
  expect(most).toBe(mostPipelined)
})

it('bodies of pipelined requests arrive whole, beyond the eighth too', async () => {
  const { server } = await start(async (request) => {
    const text = await request.text()
    await delay(1)
    return new Response(`[${text.length}]`)
  })
  const lengths = Array.from({ length: 40 }, (_, n) => n * 1000)
  const posts = lengths.map(
    (n) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${n}\r\n\r\n${'x'.repeat(n)}`,
  )
  const text = posts.join('') + last
  // In pieces, so that a body is still on its way when its request waits.
  const pieces = Array.from({ length: 30 }, (_, n) =>
    text.slice((n * text.length) / 30, ((n + 1) * text.length) / 30),
  )
  const answer = await exchange(server, ...pieces)
  expect(answer.match(/\[\d+\]/g)).toEqual([...lengths.map((n) => `[${n}]`), '[0]'])
})

it('a client that pipelines and reads nothing starts few handlers, and leaves nothing behind', async () => {
  let started = 0
  const { server } = await start(() => {
    started++
    return new Response(new Uint8Array(4_000_000))
  })
  const socket = connect(server.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.pause()
  for (let n = 0; n < 20; n++) socket.write(get('/').repeat(250))
  await expect.poll(() => started).toBeGreaterThanOrEqual(mostPipelined)
  await fetch(server.url).then((response) => response.arrayBuffer())
  expect(started).toBeLessThanOrEqual(mostPipelined + 4)
  socket.destroy()
  // It would wait for the requests of the closed connection.
  await server.close()
})
