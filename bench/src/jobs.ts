import { taskId, tasksPerUser } from './dataset.ts'
import type { Caller } from './tokens.ts'

/** A request of a job. */
export interface JobRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly authorization: string
  readonly body?: string
}

/** The data from which a job picks its next request. */
export interface JobContext {
  readonly random: () => number
  /** The callers with valid tokens. */
  readonly callers: readonly Caller[]
  /** The same users with tokens that are signed with another secret. */
  readonly strangers: readonly Caller[]
  readonly tasksPerUser: number
}

/** A kind of request that is measured separately. */
export interface Job {
  readonly title: string
  readonly status: number
  readonly next: (context: JobContext) => JobRequest
  /** True if it leaves rows behind, which are reset before the next contender's turn. */
  readonly writes: boolean
}

const pick = <T>(values: readonly T[], random: () => number): T => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('The list to pick from is empty')
  return value
}

const someTask = ({ random, tasksPerUser }: JobContext, user: string): string =>
  `/api/tasks/${taskId(user, 1 + Math.floor(random() * tasksPerUser))}`

const dayOf = (random: () => number): string =>
  new Date(Date.UTC(2020, 11, 1 + Math.floor(random() * 300), 9, 30)).toISOString()

/** The available jobs by name. */
export const jobs = {
  list: {
    title: 'the 20 newest of the caller’s 200 tasks',
    status: 200,
    writes: false,
    next: ({ random, callers }) => ({
      method: 'GET',
      path: '/api/tasks',
      authorization: pick(callers, random).authorization,
    }),
  },
  read: {
    title: 'one of the caller’s tasks by its id',
    status: 200,
    writes: false,
    next: (context) => {
      const { user, authorization } = pick(context.callers, context.random)
      return { method: 'GET', path: someTask(context, user), authorization }
    },
  },
  create: {
    title: 'a task, validated, inserted and sent back',
    status: 201,
    writes: true,
    next: ({ random, callers }) => ({
      method: 'POST',
      path: '/api/tasks',
      authorization: pick(callers, random).authorization,
      body: JSON.stringify({
        title: `Task ${Math.floor(random() * 1e6)}, made just now`,
        description: 'What is to be done here.',
        priority: pick(['low', 'medium', 'high'], random),
        dueAt: dayOf(random),
        projectId: null,
      }),
    }),
  },
  update: {
    title: 'two fields of one task, validated, updated and sent back',
    status: 200,
    writes: true,
    next: (context) => {
      const { user, authorization } = pick(context.callers, context.random)
      const title = `Task ${Math.floor(context.random() * 1e6)}, changed just now`
      const body = JSON.stringify({ title, completed: context.random() < 0.5 })
      return { method: 'PATCH', path: someTask(context, user), authorization, body }
    },
  },
  reject: {
    title: 'a task with three validation errors',
    status: 422,
    writes: false,
    next: ({ random, callers }) => ({
      method: 'POST',
      path: '/api/tasks',
      authorization: pick(callers, random).authorization,
      body: JSON.stringify({ title: '', priority: 'urgent', dueAt: 'tomorrow', projectId: null }),
    }),
  },
  deny: {
    title: 'a list with a token that is signed with another secret',
    status: 401,
    writes: false,
    next: ({ random, strangers }) => ({
      method: 'GET',
      path: '/api/tasks',
      authorization: pick(strangers, random).authorization,
    }),
  },
} satisfies Record<string, Job>

export type JobName = keyof typeof jobs

export const jobNames = Object.keys(jobs) as JobName[]

export const jobOf = (name: JobName): Job => jobs[name]

export const defaultTasksPerUser = tasksPerUser
