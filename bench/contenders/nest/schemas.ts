import * as z from 'zod'
import { priorities } from '../schema.ts'

export const Task = z.object({
  id: z.uuid(),
  title: z.string(),
  description: z.string().nullable(),
  completed: z.boolean(),
  priority: z.enum(priorities),
  dueAt: z.date().nullable(),
  projectId: z.uuid().nullable(),
  userId: z.string(),
  createdAt: z.date(),
  updatedAt: z.date(),
})

export const TaskCreate = z.object({
  title: z.string().min(1).max(200),
  description: z.string().max(2000).nullable().optional(),
  completed: z.boolean().optional(),
  priority: z.enum(priorities).optional(),
  dueAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .nullable()
    .optional(),
  projectId: z.uuid().nullable().optional(),
})

export const TaskUpdate = TaskCreate.partial()

export const Id = z.object({ id: z.uuid() })

export type NewTask = z.output<typeof TaskCreate>
export type TaskChange = z.output<typeof TaskUpdate>
export type ById = z.output<typeof Id>
