import { describe, expectTypeOf, it } from 'vitest'
import { pgTable, text } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { field, id, owner } from './field.ts'
import { model } from './model.ts'
import type { Row } from './model.types.ts'
import { references, type ModelReference } from './references.ts'
import { relationsOf } from './relations-of.ts'

const User = model('users', { id: field(z.string(), { primaryKey: true }), name: z.string() })
const Project = model('projects', { id: id(), name: z.string(), userId: owner() })
const Task = model('tasks', {
  id: id(),
  title: z.string(),
  projectId: references(() => Project, { nullable: true, onDelete: 'cascade' }),
  authorId: references(() => User, { immutable: true }),
  reviewerId: references(() => User, { nullable: true, many: 'reviews' }),
  approverId: references(() => User, { nullable: true }),
  parentId: references((): ModelReference<'tasks'> => Task, { nullable: true, many: 'subtasks' }),
  userId: owner(),
})
const Tag = model('tags', { id: id(), name: z.string() })
const TaskTag = model('task_tags', {
  taskId: references(() => Task, { primaryKey: true }),
  tagId: references(() => Tag, { primaryKey: true }),
  weight: z.int(),
})
const relations = relationsOf({ User, Project, Task, Tag, TaskTag })
const db = database('pglite:memory', { relations })

describe('a reference', () => {
  it('has the type of the key it refers to', () => {
    expectTypeOf<Row<typeof Task>>().branded.toEqualTypeOf<{
      id: string
      title: string
      projectId: string | null
      authorId: string
      reviewerId: string | null
      approverId: string | null
      parentId: string | null
      userId: string
    }>()
    const Counter = model('counters', { n: field(z.int(), { primaryKey: true }) })
    const Count = model('counts', { id: id(), of: references(() => Counter) })
    expectTypeOf<Row<typeof Count>>().toEqualTypeOf<{ id: string; of: number }>()
  })
  it('is required when creating a row, unless it is nullable', () => {
    expectTypeOf<z.input<typeof Task.$create>>().toEqualTypeOf<{
      title: string
      authorId: string
      projectId?: string | null | undefined
      reviewerId?: string | null | undefined
      approverId?: string | null | undefined
      parentId?: string | null | undefined
    }>()
  })
  it('honors the flags of a field in updates', () => {
    expectTypeOf<keyof z.input<typeof Task.$update>>().toEqualTypeOf<
      'title' | 'projectId' | 'reviewerId' | 'approverId' | 'parentId'
    >()
  })
  it('gives the primary key as a schema', () => {
    expectTypeOf<z.output<typeof TaskTag.$key>>().toEqualTypeOf<{ taskId: string; tagId: string }>()
  })
  it('takes models only', () => {
    const plain = pgTable('plain', { id: text().primaryKey() })
    // @ts-expect-error Property '$key' is missing in type
    references(() => plain)
    // @ts-expect-error Type 'string' is not assignable to type
    references(() => 'projects')
  })
})

describe('relations from references', () => {
  it('go in both directions', () => {
    const found = db.query.Task.findFirst({ with: { project: true, author: true } })
    type Found = NonNullable<Awaited<typeof found>>
    expectTypeOf<Found['project']>().toEqualTypeOf<Row<typeof Project> | null>()
    expectTypeOf<Found['author']>().toEqualTypeOf<Row<typeof User>>()
    const back = db.query.Project.findFirst({ with: { tasks: true } })
    type Back = NonNullable<Awaited<typeof back>>
    expectTypeOf<Back['tasks']>().toEqualTypeOf<Row<typeof Task>[]>()
  })
  it('go through a join model, whose own rows are there too', () => {
    const found = db.query.Task.findFirst({ with: { tags: true, taskTags: true } })
    type Found = NonNullable<Awaited<typeof found>>
    expectTypeOf<Found['tags']>().toEqualTypeOf<Row<typeof Tag>[]>()
    expectTypeOf<Found['taskTags']>().toEqualTypeOf<Row<typeof TaskTag>[]>()
    void db.query.Tag.findMany({ with: { tasks: true } })
  })
  it('have the names that references choose', () => {
    void db.query.User.findMany({ with: { reviews: true } })
    void db.query.Task.findMany({ with: { parent: true, subtasks: true } })
  })
  it('leave out an ambiguous name', () => {
    // authorId and approverId would both give it
    // @ts-expect-error 'tasks' does not exist in type
    void db.query.User.findMany({ with: { tasks: true } })
  })
  it('leave out a relation to a model that is not among them', () => {
    const few = database('pglite:memory', { relations: relationsOf({ Task, Project }) })
    void few.query.Task.findMany({ with: { project: true } })
    // @ts-expect-error 'author' does not exist in type
    void few.query.Task.findMany({ with: { author: true } })
  })
  it('can be added to', () => {
    const more = relationsOf({ User, Project, Task, Tag, TaskTag }, (r) => ({
      User: { approvals: r.many.Task({ from: r.User.id, to: r.Task.approverId }) },
    }))
    const all = database('pglite:memory', { relations: more })
    void all.query.User.findMany({ with: { approvals: true, reviews: true } })
  })
})
