// Responses that cannot be sent, and responses whose body is not read.
import { expect, it } from 'vitest'
import * as z from 'zod'
import { app, createLogger, dependency, HttpError, jsonLines, router, sse } from 'plinth'

const circular: Record<string, unknown> = {}
circular['self'] = circular

function brokenApp(events: string[] = []) {
  const routes = router('/broken')
  const held = dependency(
    function* () {
      events.push('open')
      try {
        yield 1
        events.push('close')
      } catch {
        events.push('close with an error')
      }
    },
    { scope: 'response' },
  )
  const spec = { dependencies: { held } }
  const Line = z.object({ n: z.int() })
  async function* lines() {
    events.push('begin')
    yield { n: 1 }
  }
  const body = () =>
    new ReadableStream({ cancel: () => void events.push('cancel') }, { highWaterMark: 0 })
  return app({
    title: 'Broken',
    log: createLogger({ level: 'silent' }),
    routes: {
      broken: {
        status: routes.get('/status', {}, () => {
          throw new HttpError(42, 'no such status')
        }),
        empty: routes.get('/empty', {}, () => {
          throw new HttpError(204, 'a problem has a body')
        }),
        map: routes.get('/map', {}, () => {
          throw new HttpError(409, 'd', { extensions: { n: new Map() } })
        }),
        circular: routes.get('/circular', {}, () => {
          throw new HttpError(409, 'd', { extensions: circular })
        }),
        name: routes.get('/name', {}, () => {
          throw new HttpError(409, 'd', { headers: { 'a b': 'c' } })
        }),
        reply: routes.get('/reply', {}, ({ reply }) => {
          ;(reply as { status: number }).status = 999
        }),
        lines: routes.get('/lines', { ...spec, response: jsonLines(Line) }, () => lines()),
        events: routes.get('/events', { ...spec, response: sse(Line) }, () => lines()),
        response: routes.get('/response', spec, () => new Response(body())),
        plain: routes.get('/plain', {}, () => new Response(body())),
      },
    },
  })
}

it.each([
  ['status', 'PLINTH_INTERNAL'],
  ['empty', 'PLINTH_INTERNAL'],
  ['map', 'PLINTH_INTERNAL'],
  ['circular', 'PLINTH_INTERNAL'],
  ['name', 'PLINTH_INTERNAL'],
  ['reply', 'PLINTH_RESPONSE_INVALID'],
])('a response that cannot be written is a 500 and not a rejection: %s', async (name, code) => {
  const response = await brokenApp().fetch(new Request(`http://test.local/broken/${name}`))
  expect(response.status).toBe(500)
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await response.json()).toMatchObject({ code, status: 500 })
})

it.each([
  ['lines', ['open', 'close']],
  ['events', ['open', 'close']],
  ['response', ['open', 'cancel', 'close']],
  ['plain', ['cancel']],
])('HEAD does not start the stream, and leaves nothing open: %s', async (name, expected) => {
  const events: string[] = []
  const request = new Request(`http://test.local/broken/${name}`, { method: 'HEAD' })
  const response = await brokenApp(events).fetch(request)
  expect(response.status).toBe(200)
  expect(response.body).toBeNull()
  await Promise.resolve()
  expect(events.toSorted()).toEqual(expected.toSorted())
})
