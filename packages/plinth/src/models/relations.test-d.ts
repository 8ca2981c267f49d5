import { defineRelations } from 'drizzle-orm'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { router } from '../routing/router.ts'
import { field, id, owner } from './field.ts'
import { model } from './model.ts'
import { withRelations } from './relations.ts'

const Project = model('projects', {
  id: id(),
  name: z.string(),
  secret: field(z.string(), { hidden: true }),
})
const Task = model('tasks', {
  id: id(),
  dueAt: z.date().nullable(),
  projectId: field(z.uuid().nullable(), { references: () => Project.id }),
  userId: owner(),
})
const relations = defineRelations({ Project, Task }, (r) => ({
  Task: { project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }) },
  Project: { tasks: r.many.Task({ from: r.Project.id, to: r.Task.projectId }) },
}))
const db = database('pglite:memory', { relations })
const ProjectWithTasks = withRelations(Project, {
  tasks: { schema: z.array(Task.$read.pick({ dueAt: true })), orderBy: { dueAt: 'asc' } },
})
const Deep = withRelations(Task, { project: z.nullable(ProjectWithTasks) })
const tasks = router('/tasks', { dependencies: { db } })

describe('a model with relations', () => {
  it('is the schema of the response', () => {
    expectTypeOf<z.output<typeof Deep>>().toEqualTypeOf<{
      id: string
      dueAt: Date | null
      projectId: string | null
      userId: string
      project: { id: string; name: string; tasks: { dueAt: Date | null }[] } | null
    }>()
  })
  it('has the `with` for Drizzle', () => {
    const found = db.query.Task.findFirst({ with: Deep.$with })
    type Loaded = NonNullable<NonNullable<Awaited<typeof found>>['project']>
    expectTypeOf<Loaded>().toEqualTypeOf<{
      id: string
      name: string
      tasks: { dueAt: Date | null }[]
    }>()
    tasks.get('/', { response: z.array(Deep) }, ({ db }) =>
      db.query.Task.findMany({ with: Deep.$with }),
    )
  })
  it('does not match a query without relations', () => {
    tasks.get(
      '/less',
      { response: z.array(Deep) },
      // @ts-expect-error QueryLacks<"project">
      ({ db }) => db.query.Task.findMany(),
    )
  })
  it('refuses relations that Drizzle does not know', () => {
    const Wrong = withRelations(Task, { owner: z.nullable(Project) })
    // @ts-expect-error 'owner' does not exist in type
    void db.query.Task.findMany({ with: { ...Wrong.$with, owner: true } })
  })
})
