import { and, count, eq, exists, max, sql, type SQL } from 'drizzle-orm'
import { listing, live, one, router, sse, withRelations, type Queryable } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { createLimit, currentUser, session } from './dependencies.ts'
import { Tag, Task, TaskTag, type relations } from './models.ts'
import { remind, setReminder } from './reminders.ts'
import { taskChanges } from './task-changes.ts'

const tasks = router('/api/tasks', { dependencies: { user: currentUser } })

interface User {
  readonly id: string
}
const Id = z.object({ id: z.uuid().meta({ description: 'The id of the task.' }) })
const tagIds = z.array(z.uuid()).max(20)

/** A task with its tags, as callers see it. */
const TaskRead = withRelations(
  Task,
  {
    tags: { schema: z.array(Tag.$read.pick({ id: true, name: true })), orderBy: { name: 'asc' } },
  },
  'TaskWithTags',
)

const taskList = listing(TaskRead, {
  filter: ['completed', 'priority', 'projectId', { dueAt: { lt: 'dueBefore', gte: 'dueAfter' } }],
  sort: [
    '-createdAt',
    'createdAt',
    '-updatedAt',
    'updatedAt',
    '-dueAt',
    'dueAt',
    '-title',
    'title',
  ],
  search: ['title', 'description'],
})

/** The conditions that restrict tasks to their owner. */
const mine = (user: User, id?: string) => ({ userId: user.id, ...(id !== undefined && { id }) })
const owned = (user: User, id: string) => and(eq(Task.userId, user.id), eq(Task.id, id))

/** Tasks that have a tag of this name. */
const tagged = (task: typeof Task, name: string | undefined) =>
  name === undefined
    ? undefined
    : exists(sql`(select from ${TaskTag} join ${Tag} on ${Tag.id} = ${TaskTag.tagId}
        where ${TaskTag.taskId} = ${task.id} and ${Tag.name} = ${name})`)

export const list = tasks.get(
  '/',
  {
    query: taskList.query.extend({
      tag: z.string().max(50).optional().meta({ description: 'Tasks with a tag of this name.' }),
    }),
    response: taskList.response,
    dependencies: { db },
    tool: {
      description:
        'Finds tasks of the user, by text, priority, due date, tag, or whether they are done.',
    },
  },
  (context) =>
    taskList.run(context, (task) =>
      and(eq(task.userId, context.user.id), tagged(task, context.query.tag)),
    ),
)

/** The state of all tasks of the caller, now and after each change. Another window then loads what it shows. */
export const watch = tasks.get(
  '/live',
  {
    summary: 'Watch tasks',
    description: 'A stream that stays open: an event now, and one after each change.',
    response: sse(
      z.object({ total: z.int(), changedAt: z.date().nullable() }).meta({ id: 'TasksState' }),
    ),
    dependencies: { db },
  },
  ({ db, user }) =>
    live(
      one(
        db
          .select({ total: count(), changedAt: max(Task.updatedAt) })
          .from(Task)
          .where(eq(Task.userId, user.id)),
      ),
      taskChanges.subscribe(db, user.id),
    ),
)

type Db = Queryable<typeof relations>

/** One task with its tags, or a 404. */
const found = (db: Db, user: User, id: string) =>
  one(
    db.query.Task.findFirst({ where: mine(user, id), with: TaskRead.$with }),
    'This task does not exist',
  )

/** Replaces the tags of a task; Postgres refuses another user's tags. */
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
    idempotent: true,
    dependencies: { createLimit, db: session },
    tool: { description: 'Adds a task for the user. Ask for the title if it is not clear.' },
  },
  async ({ db, user, body: { tagIds, ...body } }) => {
    const task = await one(
      db
        .insert(Task)
        .values({ ...body, userId: user.id })
        .returning(),
    )
    await setTags(db, task, tagIds)
    if (task.remindAt !== null) await setReminder(db, task)
    await taskChanges.publish(db, user.id, null)
    return found(db, user, task.id)
  },
)

export const stats = tasks.get(
  '/stats',
  {
    summary: 'Count tasks',
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
    const of = (priority: 'low' | 'medium' | 'high') => only(eq(Task.priority, priority))
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
    await setReminder(db, task)
    await taskChanges.publish(db, user.id, null)
    return found(db, user, task.id)
  },
)

export const complete = tasks.post(
  '/:id/complete',
  {
    params: Id,
    response: TaskRead,
    errors: [404],
    dependencies: { db: session },
    tool: {
      description: 'Marks a task as done. Find its id with tasks_list.',
      annotations: { idempotentHint: true },
    },
  },
  async ({ db, user, params }) => {
    const task = await one(
      db
        .update(Task)
        .set({ completed: true, updatedAt: new Date() })
        .where(owned(user, params.id))
        .returning(),
    )
    await setReminder(db, task)
    await taskChanges.publish(db, user.id, null)
    return found(db, user, params.id)
  },
)

export const remove = tasks.delete(
  '/:id',
  { params: Id, status: 204, errors: [404], dependencies: { db: session } },
  async ({ db, user, params }) => {
    const { id } = await one(
      db.delete(Task).where(owned(user, params.id)).returning({ id: Task.id }),
    )
    await remind.cancel(db, { key: id })
    await taskChanges.publish(db, user.id, null)
  },
)
