import { and, eq, isNull, ne, or } from 'drizzle-orm'
import type { Queryable } from 'plinth'
import { job } from 'plinth/jobs'
import * as z from 'zod'
import { Task, type relations } from './models.ts'
import { taskChanges } from './task-changes.ts'

/**
 * Marks a task as reminded, which the windows of its owner then show.
 *
 * The mark and the end of the job are one transaction, so a reminder comes exactly once. If the task was changed,
 * completed or deleted meanwhile, nothing happens.
 */
export const remind = job(
  'remind',
  { input: z.object({ taskId: z.uuid(), at: z.date() }), transactional: true },
  async ({ input: { taskId, at }, tx }) => {
    const isOpen = and(eq(Task.id, taskId), eq(Task.remindAt, at), eq(Task.completed, false))
    const isNew = or(isNull(Task.remindedAt), ne(Task.remindedAt, at))
    const [task] = await tx
      .update(Task)
      .set({ remindedAt: at, updatedAt: new Date() })
      .where(and(isOpen, isNew))
      .returning({ userId: Task.userId })
    if (task !== undefined) await taskChanges.publish(tx, task.userId, null)
  },
)

interface Reminded {
  readonly id: string
  readonly remindAt: Date | null
  readonly completed: boolean
}

/** Enqueues, reschedules or cancels the reminder of a task, in the transaction that changes the task. */
export const setReminder = (
  db: Queryable<typeof relations>,
  { id, remindAt, completed }: Reminded,
): Promise<unknown> =>
  remindAt === null || completed
    ? remind.cancel(db, { key: id })
    : remind.enqueue(db, { taskId: id, at: remindAt }, { key: id, at: remindAt, replace: true })
