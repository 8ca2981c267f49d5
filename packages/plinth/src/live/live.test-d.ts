import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { channel } from '../channels/channel.ts'
import { database } from '../database/database.ts'
import { sse } from '../http/stream.ts'
import { id, owner } from '../models/field.ts'
import { model } from '../models/model.ts'
import type { Row } from '../models/model.types.ts'
import { router } from '../routing/router.ts'
import { live } from './live.ts'
import type { LiveList } from './live-list.ts'

const Task = model('tasks', { id: id(), title: z.string(), userId: owner() })
const db = database('pglite:memory')
const changes = channel('tasks', z.null())
const tasks = router('/tasks')

test('yields the rows of its query', () => {
  const list = live(db.select().from(Task).orderBy(Task.id), changes.subscribe(db, 'k'))
  expectTypeOf(list).toEqualTypeOf<LiveList<Row<typeof Task>[]>>()
  const own = live((tx) => tx.select().from(Task).orderBy(Task.id), changes.subscribe(db, 'k'), {
    user: 'ann',
  })
  expectTypeOf(own).toEqualTypeOf<LiveList<Row<typeof Task>[]>>()
})

test('is what a stream of the same rows sends', () => {
  const query = () => db.select().from(Task).orderBy(Task.id)
  tasks.get('/', { response: sse(z.array(Task)) }, () => live(query(), changes.subscribe(db, 'k')))
  const Named = sse(z.array(z.object({ name: z.string() })))
  // @ts-expect-error is not assignable to type 'Result<AsyncIterable<{ name: string; }[]
  tasks.get('/', { response: Named }, () => live(query(), changes.subscribe(db, 'k')))
})
