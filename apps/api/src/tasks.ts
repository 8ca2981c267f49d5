import { and, count, eq, exists, gte, ilike, lt, or, sql, type SQL } from 'drizzle-orm'
import { notFound, one, router, type Queryable } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser, session } from './dependencies.ts'
import { Tag, Task, TaskTag, type relations } from './models.ts'
import { after, orderBy, orderOf, paged, pageOf } from './page.ts'

const tasks = router('/api/tasks', { dependencies: { user: currentUser } })

interface User {
  readonly id: string
}
const Id = z.object({ id: z.uuid() })
const tagIds = z.array(z.uuid()).max(20)
const Priority = z.enum(['low', 'medium', 'high'])

/** A task as it is sent: with its tags. */
const TaskRead = Task.$read
  .extend({ tags: z.array(Tag.$read.pick({ id: true, name: true })) })
  .meta({ id: 'TaskWithTags' })
const withTags = { tags: { columns: { id: true, name: true }, orderBy: { name: 'asc' } } } as const

const Filter = z.object({
  completed: z.boolean().optional(),
  priority: Priority.optional(),
  projectId: z.uuid().optional(),
  tag: z.string().max(50).optional().meta({ description: 'Name of a tag' }),
  dueBefore: z.date().optional(),
  dueAfter: z.date().optional(),
  q: z.string().max(200).optional().meta({ description: 'Text of the title or the description' }),
  sort: z
    .enum([
      'createdAt',
      '-createdAt',
      'updatedAt',
      '-updatedAt',
      'dueAt',
      '-dueAt',
      'title',
      '-title',
    ])
    .default('-createdAt'),
  limit: z.int().min(1).max(100).default(20),
  cursor: z.string().max(1000).optional(),
})

/** The one place that ties a task to its owner. */
const mine = (user: User, id?: string) => ({ userId: user.id, ...(id !== undefined && { id }) })
const owned = (user: User, id: string) => and(eq(Task.userId, user.id), eq(Task.id, id))

const contains = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** A condition on a value that may not have been sent. */
const when = <V>(value: V | undefined, condition: (value: V) => SQL | undefined) =>
  value === undefined ? undefined : condition(value)

/** The conditions of a filter, for the columns of a task. */
const matches = (t: typeof Task, filter: z.output<typeof Filter>): SQL | undefined =>
  and(
    when(filter.completed, (value) => eq(t.completed, value)),
    when(filter.priority, (value) => eq(t.priority, value)),
    when(filter.projectId, (value) => eq(t.projectId, value)),
    when(filter.dueBefore, (value) => lt(t.dueAt, value)),
    when(filter.dueAfter, (value) => gte(t.dueAt, value)),
    when(filter.q, (value) =>
      or(ilike(t.title, contains(value)), ilike(t.description, contains(value))),
    ),
    when(filter.tag, (value) =>
      exists(sql`(select from ${TaskTag} join ${Tag} on ${Tag.id} = ${TaskTag.tagId}
        where ${TaskTag.taskId} = ${t.id} and ${Tag.name} = ${value})`),
    ),
  )

export const list = tasks.get(
  '/',
  { query: Filter, response: pageOf(TaskRead), dependencies: { db } },
  async ({ db, user, query, reply, request }) => {
    const order = orderOf(query.sort)
    const rows = await db.query.Task.findMany({
      where: {
        ...mine(user),
        RAW: (t) =>
          and(matches(t, query), after(query.cursor, order, { value: t[order.field], id: t.id })) ??
          sql`true`,
      },
      orderBy: (t) => orderBy(order, { value: t[order.field], id: t.id }),
      limit: query.limit + 1,
      with: withTags,
    })
    return paged(rows, { limit: query.limit, order }, { reply, request })
  },
)

type Db = Queryable<typeof relations>

/** One task with its tags, or a 404. */
async function found(db: Db, user: User, id: string) {
  const task = await db.query.Task.findFirst({ where: mine(user, id), with: withTags })
  if (task === undefined) throw notFound('There is no such task')
  return task
}

/** Gives a task these tags and no others; Postgres refuses another user's. */
async function setTags(db: Db, { id, userId }: { id: string; userId: string }, tagIds: string[]) {
  await db.delete(TaskTag).where(eq(TaskTag.taskId, id))
  const rows = [...new Set(tagIds)].map((tagId) => ({ taskId: id, tagId, userId }))
  if (rows.length > 0) await db.insert(TaskTag).values(rows)
}

export const create = tasks.post(
  '/',
  {
    body: Task.$create.extend({ tagIds: tagIds.default([]) }),
    response: TaskRead,
    status: 201,
    errors: [409],
    dependencies: { db: session },
  },
  async ({ db, user, body: { tagIds, ...body } }) => {
    const task = await one(
      db
        .insert(Task)
        .values({ ...body, userId: user.id })
        .returning(),
    )
    await setTags(db, task, tagIds)
    return found(db, user, task.id)
  },
)

export const stats = tasks.get(
  '/stats',
  {
    response: z
      .object({
        total: z.int(),
        completed: z.int(),
        overdue: z.int(),
        byPriority: z.object({ low: z.int(), medium: z.int(), high: z.int() }),
      })
      .meta({ id: 'TaskStats' }),
    dependencies: { db },
  },
  async ({ db, user }) => {
    const only = (condition: SQL) => sql<number>`(count(*) filter (where ${condition}))::int`
    const of = (priority: z.output<typeof Priority>) => only(eq(Task.priority, priority))
    const { low, medium, high, ...rest } = await one(
      db
        .select({
          total: count(),
          completed: only(eq(Task.completed, true)),
          overdue: only(sql`${Task.dueAt} < now() and not ${Task.completed}`),
          low: of('low'),
          medium: of('medium'),
          high: of('high'),
        })
        .from(Task)
        .where(eq(Task.userId, user.id)),
    )
    return { ...rest, byPriority: { low, medium, high } }
  },
)

export const read = tasks.get(
  '/:id',
  { params: Id, response: TaskRead, errors: [404], dependencies: { db } },
  ({ db, user, params }) => found(db, user, params.id),
)

export const update = tasks.patch(
  '/:id',
  {
    params: Id,
    body: Task.$update.extend({ tagIds: tagIds.optional() }),
    response: TaskRead,
    errors: [404, 409],
    dependencies: { db: session },
  },
  async ({ db, user, params, body: { tagIds, ...body } }) => {
    const task = await one(
      db
        .update(Task)
        .set({ ...body, updatedAt: new Date() })
        .where(owned(user, params.id))
        .returning(),
    )
    if (tagIds !== undefined) await setTags(db, task, tagIds)
    return found(db, user, task.id)
  },
)

export const complete = tasks.post(
  '/:id/complete',
  { params: Id, response: TaskRead, errors: [404], dependencies: { db: session } },
  async ({ db, user, params }) => {
    await one(
      db
        .update(Task)
        .set({ completed: true })
        .where(owned(user, params.id))
        .returning({ id: Task.id }),
    )
    return found(db, user, params.id)
  },
)

export const remove = tasks.delete(
  '/:id',
  { params: Id, status: 204, errors: [404], dependencies: { db } },
  ({ db, user, params }) =>
    one(db.delete(Task).where(owned(user, params.id)).returning({ id: Task.id })),
)
