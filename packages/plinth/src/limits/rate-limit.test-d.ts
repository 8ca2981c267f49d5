import { expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { betterAuth } from '../auth/better-auth.ts'
import { client } from '../client/client.ts'
import { database } from '../database/database.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header } from '../dependencies/parameter.ts'
import { router } from '../routing/router.ts'
import { rateLimit, type RateLimitState } from './rate-limit.ts'

const db = database('pglite:memory')
const user = betterAuth({ url: 'http://localhost:3000' })

it('a rate limit has a state, the inputs of its key, and the error 429', async () => {
  const limited = rateLimit({
    limit: 10,
    window: '1m',
    by: header(z.string(), { name: 'x-account' }),
    db,
  })
  const notes = router('/notes', { dependencies: { limited } })
  const list = notes.get('/', { response: z.string() }, ({ limited }) => {
    expectTypeOf(limited).toEqualTypeOf<RateLimitState>()
    return ''
  })
  const api = app({ title: 'Notes', routes: { notes: { list } } })
  const c = client<typeof api>('')
  // @ts-expect-error Property 'headers' is missing
  void c.get('/notes', {})
  void c.get('/notes', { headers: { 'x-account': 'a' } })
  expectTypeOf<(typeof list)['~types']['errors']>().toEqualTypeOf<{ readonly status: 429 }>()
})

it('a rate limit counts by users, texts and numbers, and by nothing else', () => {
  rateLimit({ limit: 10, window: '1m', by: user })
  rateLimit({ limit: 10, window: '1m', by: dependency(() => 7) })
  rateLimit({ limit: 10, window: '24h', by: 'address' })
  // @ts-expect-error is not assignable to type 'CallerKey'
  rateLimit({ limit: 10, window: '1m', by: dependency(() => ({ name: 'ann' })) })
  // @ts-expect-error Type '"1 minute"' is not assignable to type
  rateLimit({ limit: 10, window: '1 minute' })
  // @ts-expect-error Property 'window' is missing
  rateLimit({ limit: 10 })
})

it('calls of idempotent routes take a key, or need one, and those of other routes do not', () => {
  const notes = router('/notes')
  const optional = notes.post('/', { body: z.string(), idempotent: { by: 'anyone' } }, () => 1)
  const required = notes.put(
    '/',
    { body: z.string(), idempotent: { by: user, required: true } },
    () => 1,
  )
  const plain = notes.patch('/', { body: z.string() }, () => 1)
  const off = notes.delete('/', { idempotent: false }, () => 1)
  const api = app({ title: 'Notes', routes: { notes: { optional, required, plain, off } } })
  const c = client<typeof api>('')
  void c.post('/notes', { body: '' })
  void c.post('/notes', { body: '', idempotencyKey: true })
  void c.put('/notes', { body: '', idempotencyKey: 'k' })
  // @ts-expect-error Property 'idempotencyKey' is missing
  void c.put('/notes', { body: '' })
  // @ts-expect-error 'idempotencyKey' does not exist in type
  void c.patch('/notes', { body: '', idempotencyKey: true })
  // @ts-expect-error 'idempotencyKey' does not exist in type
  void c.delete('/notes', { idempotencyKey: true })
})
