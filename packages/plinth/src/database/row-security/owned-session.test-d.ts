import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { dependency } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { ownerPolicy } from '../../models/owner-policy.ts'
import { database } from '../database.ts'
import type { DatabaseTransaction } from '../queryable.ts'
import { ownedSession } from './owned-session.ts'
import { transaction } from '../transaction.ts'

const db = database('pglite:memory')

test('gives a transaction of the database', () => {
  const user = dependency(() => ({ id: 'ann', name: 'Ann' }))
  expectTypeOf(ownedSession(db, user)).toEqualTypeOf<Dependency<DatabaseTransaction>>()
})

test('needs a caller with an id', () => {
  const nameless = dependency(() => ({ name: 'Ann' }))
  // @ts-expect-error Property 'id' is missing in type '{ name: string; }'
  ownedSession(db, nameless)
  const anyone = dependency((): { id: string } | null => null)
  // @ts-expect-error is not assignable to parameter of type 'Dependency<{ readonly id: string; }
  ownedSession(db, anyone)
})

test('a transaction of a user’s has an id', () => {
  transaction(db, { user: 'ann' })
  // @ts-expect-error Type 'number' is not assignable to type 'string'
  transaction(db, { user: 1 })
})

test('a policy is of a column of the model’s own', () => {
  model('notes', { id: id(), text: z.string(), userId: owner() }, (t) => [
    // @ts-expect-error Property 'owner' does not exist
    ownerPolicy(t.owner),
  ])
})
