import { Injectable, NotFoundException } from '@nestjs/common'
import { and, desc, eq } from 'drizzle-orm'
import { db, tasks } from '../schema.ts'
import type { NewTask, TaskChange } from './schemas.ts'

const mine = (id: string, user: string) => and(eq(tasks.id, id), eq(tasks.userId, user))

@Injectable()
export class TasksService {
  list(user: string) {
    return db
      .select()
      .from(tasks)
      .where(eq(tasks.userId, user))
      .orderBy(desc(tasks.createdAt))
      .limit(20)
  }

  async read(user: string, id: string) {
    const [task] = await db.select().from(tasks).where(mine(id, user))
    if (!task) throw new NotFoundException()
    return task
  }

  async create(user: string, body: NewTask) {
    const [task] = await db
      .insert(tasks)
      .values({ ...body, userId: user })
      .returning()
    return task
  }

  async update(user: string, id: string, body: TaskChange) {
    const [task] = await db.update(tasks).set(body).where(mine(id, user)).returning()
    if (!task) throw new NotFoundException()
    return task
  }
}
