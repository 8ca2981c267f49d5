import { taskId, tasksPerUser } from './dataset.ts'
import type { Caller } from './tokens.ts'

/** One request of a job. */
export interface JobRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly authorization: string
  readonly body?: string
}

/** What a job picks its next request from. */
export interface JobContext {
  readonly random: () => number
  /** Callers with a valid token. */
  readonly callers: readonly Caller[]
  /** The same users, with tokens that another secret signed. */
  readonly strangers: readonly Caller[]
  readonly tasksPerUser: number
}

/** A kind of request that is measured by itself. */
export interface Job {
  readonly title: string
  readonly status: number
  readonly next: (context: JobContext) => JobRequest
  /** Whether it leaves rows behind, that are put in order before the next contender's turn. */
  readonly writes: boolean
}

const pick = <T>(values: readonly T[], random: () => number): T => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('There is nothing to pick from')
  return value
}

const someTask = ({ random, tasksPerUser }: JobContext, user: string): string =>
  `/api/tasks/${taskId(user, 1 + Math.floor(random() * tasksPerUser))}`

const dayOf = (random: () => number): string =>
  new Date(Date.UTC(2020, 11, 1 + Math.floor(random() * 300), 9, 30)).toISOString()

/** What can be measured, by name. */
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
    title: 'one task of the caller’s by its id',
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
    title: 'a task with three things wrong',
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
    title: 'a list, with a token that another secret signed',
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
