import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { client, events } from './client.ts'

const clock = router('/clock/:zone')
const api = app({
  title: 'Clock',
  routes: {
    clock: {
      ticks: clock.get('/', { response: sse(z.object({ at: z.date() })) }, async function* () {}),
      log: clock.get('/log', { response: jsonLines(z.int()) }, async function* () {}),
      now: clock.get('/now', { response: z.object({ at: z.date() }) }, () => ({ at: new Date() })),
      plain: clock.get('/plain', {}, () => 1),
    },
  },
})
const c = client<typeof api>('')

describe('events()', () => {
  const params = { zone: 'utc' }
  it('yields the values of the stream, and takes the inputs of the route', () => {
    const ticks = events(c, '/clock/:zone', { params, retries: 3, onDisconnect: () => {} })
    expectTypeOf(ticks).toEqualTypeOf<AsyncGenerator<{ at: string }, void, undefined>>()
    // @ts-expect-error Expected 3 arguments
    void (() => events(c, '/clock/:zone'))
    // @ts-expect-error 'retry' does not exist in type
    void (() => events(c, '/clock/:zone', { params, retry: 3 }))
  })
  it('takes no route that does not stream', () => {
    // @ts-expect-error '"/clock/:zone/now"' is not assignable
    void (() => events(c, '/clock/:zone/now', { params }))
    // @ts-expect-error '"/clock/:zone/plain"' is not assignable
    void (() => events(c, '/clock/:zone/plain', { params }))
  })
})
