import { Type } from 'typebox'
import { priorities } from '../schema.ts'

// A union with null would convert null to '': Ajv, as Fastify configures it, coerces to the first type
// that fits.
const TextOrNull = (options: object = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })

const Uuid = Type.String({ format: 'uuid' })
// JSON has no dates: a response has a Date here, and a request has text
const Sent = Type.Unsafe<Date>({ type: 'string', format: 'date-time' })
const SentOrNull = Type.Unsafe<Date | null>({ type: ['string', 'null'], format: 'date-time' })
const Priority = Type.Enum(priorities)

const one = Type.Object({
  id: Uuid,
  title: Type.String(),
  description: TextOrNull(),
  completed: Type.Boolean(),
  priority: Priority,
  dueAt: SentOrNull,
  projectId: TextOrNull(),
  userId: Type.String(),
  createdAt: Sent,
  updatedAt: Sent,
})

export const Task = { one, list: Type.Array(one) }

export const TaskCreate = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.Optional(TextOrNull({ maxLength: 2000 })),
    completed: Type.Optional(Type.Boolean()),
    priority: Type.Optional(Priority),
    dueAt: Type.Optional(TextOrNull({ format: 'date-time' })),
    projectId: Type.Optional(TextOrNull({ format: 'uuid' })),
  },
  { additionalProperties: false },
)

export const TaskUpdate = Type.Partial(TaskCreate)

export const Id = Type.Object({ id: Uuid })

export const Problem = Type.Object({ message: Type.String() })
