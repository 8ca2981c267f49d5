// oxlint-disable typescript/await-thenable -- TypeScript must refuse what the rule finds
import { eq, sql } from 'drizzle-orm'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { createdAt, deletedAt, field, id, owner, updatedAt, version } from '../../models/field.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { model } from '../../models/model.ts'
import { router } from '../../routing/router.ts'
import { database } from '../database.ts'
import { insert } from './insert.ts'
import { one } from './one.ts'
import { remove } from './remove.ts'
import { update } from './update.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string(),
  level: z.enum(['a', 'b']).default('a'),
  due: z.date().nullable(),
  note: field(z.string().nullable(), { hidden: true }),
  slug: field(z.string(), { immutable: true }),
  loud: field(z.string(), { generated: sql`upper(title)` }),
  userId: owner(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  version: version(),
  deletedAt: deletedAt(),
})
type Task = typeof Task.$inferSelect
const db = database('pglite:memory')
const row = { title: 'x', slug: 'x', userId: 'ann' }

describe('insert()', () => {
  it('accepts the values of the server, and returns rows', async () => {
    expectTypeOf(await insert(db, Task, row)).branded.toEqualTypeOf<Task[]>()
    expectTypeOf(await one(insert(db, Task, row))).branded.toEqualTypeOf<Task>()
    expectTypeOf(
      await insert(db, Task, [{ ...row, createdAt: new Date(), note: null, due: new Date() }, row]),
    ).branded.toEqualTypeOf<Task[]>()
    await db.transaction((tx) => insert(tx, Task, row).onConflictDoNothing({ target: Task.id }))
  })

  it('names the field that is missing, invalid or unknown', () => {
    // @ts-expect-error Property 'userId' is missing in type '{ title: string; slug: string; }' but required
    void insert(db, Task, { title: 'x', slug: 'x' })
    // @ts-expect-error Property 'userId' is missing in type '{ title: string; slug: string; }' but required
    void insert(db, Task, [{ title: 'x', slug: 'x' }])
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    void insert(db, Task, { ...row, title: 1 })
    // @ts-expect-error Type '"c"' is not assignable to type 'NonNullable<"a" | "b">
    void insert(db, Task, { ...row, level: 'c' })
    // @ts-expect-error 'titel' does not exist in type
    void insert(db, Task, { ...row, titel: 'x' })
    // @ts-expect-error 'loud' does not exist in type
    void insert(db, Task, { ...row, loud: 'X' })
    // @ts-expect-error 'version' does not exist in type
    void insert(db, Task, { ...row, version: 1 })
  })
})

describe('update() and remove()', () => {
  it('accept a condition, and return rows', async () => {
    const where = eq(Task.id, 'x')
    expectTypeOf(
      await update(db, Task, { title: 'y', due: null, slug: sql`lower(slug)` }).where(where),
    ).branded.toEqualTypeOf<Task[]>()
    expectTypeOf(
      await one(remove(db, Task).where(where), { ifMatch: 1 }),
    ).branded.toEqualTypeOf<Task>()
    await update(db, Task, Task.$update.parse({})).where(where)
  })

  it('refuse fields that cannot be set', () => {
    // @ts-expect-error 'id' does not exist in type 'Setting<
    void update(db, Task, { id: 'x' })
    // @ts-expect-error 'version' does not exist in type 'Setting<
    void update(db, Task, { version: 2 })
    // @ts-expect-error 'loud' does not exist in type 'Setting<
    void update(db, Task, { loud: 'X' })
    // @ts-expect-error Type 'null' is not assignable to type 'string
    void update(db, Task, { title: null })
    // @ts-expect-error Argument of type 'boolean' is not assignable to parameter of type 'SQL<unknown>
    void update(db, Task, { title: 'x' }).where(true)
  })

  it('cannot be awaited or returned without a where', () => {
    const set = { title: 'x' }
    void (async () => {
      // @ts-expect-error Type of 'await' operand must either be a valid promise or must not contain a callable 'then' member
      await update(db, Task, set)
      // @ts-expect-error Type of 'await' operand must either be a valid promise or must not contain a callable 'then' member
      await remove(db, Task)
    })
    const r = router('/x', { dependencies: { db } })
    // @ts-expect-error … is not assignable to type '"add .where(…): an update or remove without it cannot run"'
    r.post('/a', {}, ({ db }) => update(db, Task, set))
    // @ts-expect-error … is not assignable to type '"add .where(…): an update or remove without it cannot run"'
    r.post('/b', { response: z.array(Task) }, ({ db }) => remove(db, Task))
    const unbounded = dependency({ db }, ({ db }) => update(db, Task, set))
    // @ts-expect-error Property 'title' does not exist on type '"add .where(…): an update or remove without it cannot run"'
    r.get('/c', { dependencies: { unbounded } }, ({ unbounded }) => unbounded.title)
  })
})
