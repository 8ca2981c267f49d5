import { describe, expectTypeOf, it, test } from 'vitest'
import * as z from 'zod'
import { client } from '../client/client.ts'
import { database } from '../database/database.ts'
import { dependency } from '../dependencies/dependency.ts'
import { errorType } from '../errors/error-type.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { relationsOf } from '../models/relations-of.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const Note = model('notes', { id: id(), text: z.string() })
const db = database('pglite:memory', { relations: relationsOf({ Note }) })
const page = dependency(() => ({ limit: 20 }))
const api = app({ title: 'Notes', routes: {} })

test('an override gives a value of the type of its dependency, in any form that a factory may have', () => {
  expectTypeOf(api.override(page, () => ({ limit: 1 }))).toEqualTypeOf<Disposable>()
  api.override(page, async () => ({ limit: 1 }))
  api.override(page, function* () {
    yield { limit: 1 }
  })
  api.override(
    page,
    dependency(async function* () {
      yield { limit: 1 }
    }),
  )
  api.override(db, () => database('pglite:memory', { relations: relationsOf({ Note }) }))
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  api.override(page, () => ({ limit: '1' }))
})

describe('modules of routes on a condition', () => {
  it('keep the routes that an app may have', () => {
    const main = { read: router('/main').get('/', { response: z.string() }, () => '') }
    const debug = { dump: router('/debug').get('/', { response: z.int() }, () => 1) }
    const dev = true as boolean
    const spread = app({ title: 'x', routes: { main, ...(dev && { debug }) } })
    const and = app({ title: 'x', routes: { main, debug: dev && debug, none: null } })
    expectTypeOf<(typeof spread)['~routes']['path']>().toEqualTypeOf<'/main' | '/debug'>()
    expectTypeOf<(typeof and)['~routes']['path']>().toEqualTypeOf<'/main' | '/debug'>()
  })
})

describe('catch and errors of an app', () => {
  class PaymentFailed extends Error {
    reason = ''
  }
  const declined = errorType('DECLINED', {
    status: 402,
    title: 'Declined',
    data: z.object({ reason: z.string() }),
  })
  it('has the exception of each class, and the errors are in the types of all calls', async () => {
    const x = router('/x')
    const read = x.get('/', { response: z.string(), errors: [404] }, () => '')
    const api = app({
      title: 'x',
      routes: { x: { read } },
      errors: [declined],
      catch: [
        [PaymentFailed, (error) => declined({ reason: error.reason })],
        [RangeError, (error) => declined({ reason: error.message })],
      ],
    })
    const result = await client<typeof api>('').try.get('/x')
    if (!result.ok && result.status === 402)
      expectTypeOf(result.problem.data).toEqualTypeOf<{ reason: string }>()
  })
  it('refuses what the exception does not have', () => {
    router('/y', {
      // @ts-expect-error Property 'cause2' does not exist on type 'PaymentFailed'
      catch: [[PaymentFailed, (error) => declined({ reason: error.cause2 })]],
    })
    app({
      title: 'x',
      routes: {},
      // @ts-expect-error Type 'number' is not assignable to type 'HttpError'
      catch: [[PaymentFailed, () => 5]],
    })
  })
})
