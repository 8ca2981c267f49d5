import { expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { router } from '../routing/router.ts'
import { comment, event, raw } from './content/stream-events.ts'
import { jsonLines, sse } from './stream.ts'

const Chunk = z.object({ at: z.date() })
const streams = router('/streams')

it('types what a handler yields, and what a client gets', () => {
  const done = streams.get(
    '/done',
    { response: sse(Chunk, { raw: z.literal('[DONE]') }) },
    async function* () {
      yield { at: new Date() }
      yield event({ at: new Date() }, { id: '1' })
      yield event({ at: new Date() })
      yield comment('still here')
      yield raw('[DONE]')
      yield event(raw('[DONE]'), { event: 'end' })
    },
  )
  expectTypeOf<(typeof done)['~types']['out']>().toEqualTypeOf<
    AsyncIterable<{ at: Date } | '[DONE]'>
  >()
  const plain = streams.get('/plain', { response: sse(Chunk) }, async function* () {
    yield { at: new Date() }
  })
  expectTypeOf<(typeof plain)['~types']['out']>().toEqualTypeOf<AsyncIterable<{ at: Date }>>()
})

it('refuses what a stream does not declare', () => {
  const two = sse(Chunk, { raw: z.literal('[DONE]') })
  const one = <T>(item: T) =>
    async function* () {
      yield item
    }
  // @ts-expect-error is not assignable to
  streams.get('/other', { response: two }, one(raw('[END]')))
  // @ts-expect-error is not assignable to
  streams.get('/none', { response: sse(Chunk) }, one(raw('[DONE]')))
  // @ts-expect-error is not assignable to
  streams.get('/lines', { response: jsonLines(Chunk) }, one(comment('x')))
  streams.get('/said', { response: sse(Chunk) }, one(comment('x')))
})
