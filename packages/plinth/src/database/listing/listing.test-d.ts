import { defineRelations } from 'drizzle-orm'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { client } from '../../client/client.ts'
import { field, id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { withRelations } from '../../models/relations.ts'
import { router } from '../../routing/router.ts'
import { database } from '../database.ts'
import { listing } from './listing.ts'

const Project = model('projects', { id: id(), name: z.string() })
const Task = model('tasks', {
  id: id(),
  title: z.string(),
  level: z.enum(['low', 'high']).default('low'),
  dueAt: z.date().nullable(),
  note: field(z.string(), { hidden: true }),
  projectId: z.uuid().nullable(),
  userId: owner(),
})
const relations = defineRelations({ Project, Task }, (r) => ({
  Task: { project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }) },
}))
const db = database('pglite:memory', { relations })
const TaskWithProject = withRelations(Task, { project: z.nullable(Project) })
const tasks = listing(TaskWithProject, {
  filter: ['level', { dueAt: ['lt', 'null'], title: { in: 'titles', contains: 'has' } }],
  sort: ['title', '-dueAt'],
  search: ['title'],
})
const bare = listing(Task)

describe('the query of a list', () => {
  it('has what was declared', () => {
    expectTypeOf<z.output<typeof tasks.query>>().branded.toEqualTypeOf<{
      level?: 'low' | 'high' | undefined
      'dueAt.lt'?: Date | undefined
      'dueAt.null'?: boolean | undefined
      titles?: string[] | undefined
      has?: string | undefined
      sort: 'title' | '-dueAt'
      q?: string | undefined
      limit: number
      cursor?: string | undefined
    }>()
    expectTypeOf<z.output<typeof bare.query>>().branded.toEqualTypeOf<{
      limit: number
      cursor?: string | undefined
    }>()
  })
  it('is known to the client, as is the page', () => {
    const list = router('/tasks', { dependencies: { db } }).get(
      '/',
      { query: tasks.query, response: tasks.response },
      (context) => tasks.run(context),
    )
    const api = app({ title: 'x', routes: { tasks: { list } } })
    const c = client<typeof api>('http://localhost')
    const call = () => c.get('/tasks', { query: { level: 'high', sort: '-dueAt', titles: ['a'] } })
    type Item = Awaited<ReturnType<typeof call>>['items'][number]
    expectTypeOf<Item['project']>().toEqualTypeOf<{ id: string; name: string } | null>()
    expectTypeOf<keyof Item>().toEqualTypeOf<
      'id' | 'title' | 'level' | 'dueAt' | 'projectId' | 'userId' | 'project'
    >()
    // @ts-expect-error '"middle"' is not assignable to type
    void c.get('/tasks', { query: { level: 'middle' } })
    // @ts-expect-error '"-title"' is not assignable to type
    void c.get('/tasks', { query: { sort: '-title' } })
  })
})

describe('a list by offset', () => {
  const named = listing(Task, { offset: { parameter: 'skip', items: 'data', total: 'count' } })
  const numbered = listing(TaskWithProject, { sort: ['title'], offset: true })
  it('has the names that were declared, in the query and in the page', () => {
    expectTypeOf<z.output<typeof named.query>>().branded.toEqualTypeOf<{
      limit: number
      skip: number
    }>()
    type Named = Awaited<ReturnType<typeof named.run>>
    expectTypeOf<keyof Named>().toEqualTypeOf<'data' | 'count'>()
    expectTypeOf<Named['data'][number]['level']>().toEqualTypeOf<'low' | 'high'>()
    expectTypeOf<Named['count']>().toEqualTypeOf<number>()
    expectTypeOf<z.output<typeof numbered.query>>().branded.toEqualTypeOf<{
      sort: 'title'
      limit: number
      offset: number
    }>()
    type Numbered = z.output<typeof numbered.response>
    expectTypeOf<Numbered['total']>().toEqualTypeOf<number>()
    expectTypeOf<Numbered['items'][number]['project']>().toEqualTypeOf<{
      id: string
      name: string
    } | null>()
  })
})

describe('what must not compile', () => {
  it('a hidden field, or one that is not there', () => {
    // @ts-expect-error '"note"' is not assignable
    expectTypeOf(() => listing(Task, { filter: ['note'] })).toBeFunction()
    // @ts-expect-error '"-note"' is not assignable
    expectTypeOf(() => listing(Task, { sort: ['-note'] })).toBeFunction()
    // @ts-expect-error '"like"' is not assignable to type 'Operator'
    expectTypeOf(() => listing(Task, { filter: [{ title: ['like'] }] })).toBeFunction()
  })
})
