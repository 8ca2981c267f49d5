import { expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { router } from './router.ts'
import { jsonLines, sse } from '../http/stream.ts'

const one = async function* () {
  yield await Promise.resolve(1)
}
const at = router('/streams')
const api = app({
  title: 'Streams',
  routes: {
    streams: {
      lines: at.get('/lines', { response: jsonLines(z.int()) }, one),
      events: at.get('/events', { response: sse(z.int()) }, one),
      kept: at.get('/kept', { response: jsonLines(z.int()) }, ({ reply }) => {
        reply.header('cache-control', 'private, max-age=5')
        return one()
      }),
    },
  },
})

it.each([
  ['GET', '/lines', 'no-store'],
  ['GET', '/events', 'no-store'],
  ['HEAD', '/lines', 'no-store'],
  ['GET', '/kept', 'private, max-age=5'],
])(
  'a stream, %s %s, is not cached unless its handler allows it: %s',
  async (method, path, said) => {
    const response = await api.fetch(new Request(`http://localhost/streams${path}`, { method }))
    await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe(said)
    expect(response.headers.get('x-accel-buffering')).toBe('no')
  },
)
