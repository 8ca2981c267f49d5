import { and, count, defineRelations, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { alias, pgTable, text, uuid, type AnyPgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { createdAt, field, id, owner, updatedAt } from './field.ts'
import { model } from './model.ts'
import type { Row } from './model.types.ts'

const plain = pgTable('plain', {
  id: uuid().primaryKey().defaultRandom(),
  taskId: uuid()
    .notNull()
    .references((): AnyPgColumn => Task.id),
  label: text(),
})
const Project = model('projects', {
  id: id(),
  name: z.string(),
  plainId: field(z.uuid().nullable(), { references: () => plain.id }),
})
const Task = model('tasks', {
  id: id(),
  title: z.string(),
  level: z.enum(['a', 'b']).default('a'),
  due: z.date().nullable(),
  tags: z.array(z.string()),
  n: z.int().nullable(),
  slug: field(z.string(), { immutable: true }),
  note: field(z.string().nullable(), { hidden: true }),
  projectId: field(z.uuid().nullable(), { references: () => Project.id }),
  userId: owner(),
})
interface TaskRow {
  id: string
  title: string
  level: 'a' | 'b'
  due: Date | null
  tags: string[]
  n: number | null
  slug: string
  note: string | null
  projectId: string | null
  userId: string
}
interface ProjectRow {
  id: string
  name: string
  plainId: string | null
}
type PlainRow = typeof plain.$inferSelect
const relations = defineRelations({ Task, Project, plain }, (r) => ({
  Task: {
    project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }),
    labels: r.many.plain(),
  },
  Project: { tasks: r.many.Task() },
  plain: { task: r.one.Task({ from: r.plain.taskId, to: r.Task.id, optional: false }) },
}))
const db = drizzle.mock({ relations })

describe('a model in Drizzle', () => {
  it('has rows of the types that its schemas output', () => {
    expectTypeOf<Row<typeof Task>>().branded.toEqualTypeOf<TaskRow>()
    expectTypeOf<typeof Task.$inferInsert>().branded.toEqualTypeOf<{
      title: string
      tags: string[]
      slug: string
      userId: string
      id?: string | undefined
      level?: 'a' | 'b' | undefined
      due?: Date | null | undefined
      n?: number | null | undefined
      note?: string | null | undefined
      projectId?: string | null | undefined
    }>()
    expectTypeOf(Task).toExtend<PgTable>()
    expectTypeOf(Task.id).toExtend<AnyPgColumn>()
  })

  it('keeps its types when it is selected, joined, aliased and nested', async () => {
    const where = and(eq(Task.level, 'a'), isNull(Task.due), inArray(Task.n, [1]))
    const all = await db.select().from(Task).where(where).orderBy(desc(Task.due))
    expectTypeOf(all).branded.toEqualTypeOf<TaskRow[]>()
    const joined = await db
      .select()
      .from(Task)
      .leftJoin(Project, eq(Project.id, Task.projectId))
      .innerJoin(plain, eq(plain.taskId, Task.id))
    expectTypeOf(joined).branded.toEqualTypeOf<
      { tasks: TaskRow; projects: ProjectRow | null; plain: PlainRow }[]
    >()
    const part = await db
      .select({ t: Task.title, p: Project.name, n: count(), s: sql<number>`1` })
      .from(Task)
      .leftJoin(Project, eq(Project.id, Task.projectId))
    expectTypeOf(part).toEqualTypeOf<{ t: string; p: string | null; n: number; s: number }[]>()
    const other = alias(Task, 'other')
    const self = await db
      .select({ a: Task, b: other })
      .from(Task)
      .leftJoin(other, eq(other.id, Task.id))
    expectTypeOf(self).branded.toEqualTypeOf<{ a: TaskRow; b: TaskRow | null }[]>()
    const inner = db.select({ id: Task.id, due: Task.due }).from(Task).as('inner')
    const outer = await db.select().from(inner).where(eq(inner.id, 'x'))
    expectTypeOf(outer).toEqualTypeOf<{ id: string; due: Date | null }[]>()
    const first = await db.query.plain.findFirst({
      with: { task: { columns: { id: true, due: true } } },
    })
    expectTypeOf(first?.task).toEqualTypeOf<{ id: string; due: Date | null } | undefined>()
  })

  it('returns its rows from insert, update and delete', async () => {
    const values = { title: 'x', tags: [], userId: 'u', slug: 's' }
    const inserted = await db
      .insert(Task)
      .values(values)
      .onConflictDoUpdate({ target: Task.id, set: { title: 'y' } })
      .returning()
    expectTypeOf(inserted).branded.toEqualTypeOf<TaskRow[]>()
    const updated = await db
      .update(Task)
      .set({ level: 'b', due: null })
      .returning({ due: Task.due })
    expectTypeOf(updated).toEqualTypeOf<{ due: Date | null }[]>()
    const body: z.output<typeof Task.$create> = Task.$create.parse({})
    expectTypeOf(
      await db
        .insert(Task)
        .values({ ...body, userId: 'u' })
        .returning(),
    ).branded.toEqualTypeOf<TaskRow[]>()
    expectTypeOf(
      await db.update(Task).set(Task.$update.parse({})).returning(),
    ).branded.toEqualTypeOf<TaskRow[]>()
  })

  it('refuses values of other types', () => {
    // @ts-expect-error No overload matches this call
    eq(Task.level, 'c')
    // @ts-expect-error No overload matches this call
    eq(Task.due, 1)
    // @ts-expect-error No overload matches this call
    void db.insert(Task).values({ title: 'x', tags: [], slug: 's' })
    // @ts-expect-error Type 'null' is not assignable to type 'string
    void db.update(Task).set({ title: null })
    // @ts-expect-error 'titel' does not exist in type
    void db.query.Task.findMany({ where: { titel: 'x' } })
    // @ts-expect-error 'owner' does not exist in type
    void db.query.Task.findMany({ with: { owner: true } })
  })
})

describe('the schemas of a model', () => {
  it('of a create body make fields with a default or null optional, and omit those a caller cannot set', () => {
    expectTypeOf<z.input<typeof Task.$create>>().branded.toEqualTypeOf<{
      title: string
      tags: string[]
      slug: string
      level?: 'a' | 'b' | undefined
      due?: Date | null | undefined
      n?: number | null | undefined
      note?: string | null | undefined
      projectId?: string | null | undefined
    }>()
    expectTypeOf<z.output<typeof Task.$create>['level']>().toEqualTypeOf<'a' | 'b'>()
  })

  it('of an update body have every writable field, optional', () => {
    expectTypeOf<z.output<typeof Task.$update>>().branded.toEqualTypeOf<{
      title?: string | undefined
      tags?: string[] | undefined
      level?: 'a' | 'b' | undefined
      due?: Date | null | undefined
      n?: number | null | undefined
      note?: string | null | undefined
      projectId?: string | null | undefined
    }>()
  })

  it('of a response have all fields except hidden ones, also if the model is the schema', () => {
    type Sent = Omit<TaskRow, 'note'>
    expectTypeOf<z.output<typeof Task.$read>>().branded.toEqualTypeOf<Sent>()
    expectTypeOf<z.output<typeof Task>>().branded.toEqualTypeOf<Sent>()
    const list = z.array(Task)
    expectTypeOf<z.input<typeof list>[number]>().branded.toEqualTypeOf<Sent>()
    const wider = Task.$read
      .extend({ project: Project.$read.nullable() })
      .pick({ id: true, project: true })
    expectTypeOf<z.output<typeof wider>>().branded.toEqualTypeOf<{
      id: string
      project: ProjectRow | null
    }>()
  })

  it('of a row have the stored side of a codec, and of a response the encoded side', () => {
    const ways = {
      decode: (day: string) => new Date(day),
      encode: (day: Date) => day.toISOString(),
    }
    const T = model('days', { day: z.codec(z.iso.datetime(), z.date(), ways) })
    expectTypeOf<Row<typeof T>>().toEqualTypeOf<{ day: Date }>()
    expectTypeOf<z.input<typeof T.$create>>().toEqualTypeOf<{ day: string }>()
    expectTypeOf<z.output<typeof T.$read>>().toEqualTypeOf<{ day: Date }>()
    expectTypeOf<z.input<typeof T.$read>>().toEqualTypeOf<{ day: string }>()
  })
})

describe('the declaration of a model', () => {
  it('may refer to itself and to others', () => {
    const Node = model('nodes', {
      id: id(),
      parentId: field(z.uuid().nullable(), { references: (): AnyPgColumn => Node.id }),
    })
    expectTypeOf<Row<typeof Node>>().toEqualTypeOf<{ id: string; parentId: string | null }>()
    expectTypeOf<Row<typeof Stamped>>().toEqualTypeOf<{ createdAt: Date; updatedAt: Date }>()
  })
  const Stamped = model('stamped', { createdAt: createdAt(), updatedAt: updatedAt() })

  it('refuses misspelled options and wrong types', () => {
    // @ts-expect-error 'primarykey' does not exist in type 'FieldOptions<ZodInt>'. Did you mean to write 'primaryKey'?
    field(z.int(), { primarykey: true })
    // @ts-expect-error Type '() => string' is not assignable to type 'SQL<unknown> | (() => number)'
    field(z.int(), { default: () => 'x' })
    // @ts-expect-error Type 'false' is not assignable to type 'true'
    field(z.int(), { hidden: false })
    // @ts-expect-error Type 'string' is not assignable to type
    model('x', { a: 'text' })
    // @ts-expect-error is not assignable to type '() => AnyPgColumn'
    field(z.uuid(), { references: () => Project })
    // @ts-expect-error Property 'userId' does not exist on type
    void Task.$create.parse({}).userId
    // @ts-expect-error Property 'slug' does not exist on type
    void Task.$update.parse({}).slug
    // @ts-expect-error Property 'note' does not exist on type
    void Task.$read.parse({}).note
  })
})
