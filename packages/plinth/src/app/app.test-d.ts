import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { dependency } from '../dependencies/dependency.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { relationsOf } from '../models/relations-of.ts'
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
