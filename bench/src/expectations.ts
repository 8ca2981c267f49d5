import { taskId, userId } from './dataset.ts'
import type { JobRequest } from './jobs.ts'
import type { Caller } from './tokens.ts'

/** A request with a known response, or with the same response from all contenders. */
export interface Expectation {
  readonly what: string
  readonly request: JobRequest
  readonly status: number
  /** If true, all contenders must send the same body; otherwise only the status counts. */
  readonly same?: boolean
  /** Fields that always differ, with the pattern of their values. */
  readonly varies?: Readonly<Record<string, RegExp>>
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

/** Valid and invalid tokens for one user. */
export interface Tokens {
  readonly caller: Caller
  /** A token that is signed with another secret. */
  readonly stranger: Caller
  readonly expired: Caller
}

const path = '/api/tasks'
/** The task that gets updated, which is not one of those that are read. */
const changed = 7
const noSignature = (authorization: string): string => {
  const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  return `Bearer ${head}.${authorization.split('.')[1]}.`
}

/** The requests that every contender must respond to correctly, for one user. */
export function expectationsOf({ caller, stranger, expired }: Tokens): Expectation[] {
  const { user, authorization } = caller
  const get = (path: string, token = authorization): JobRequest => ({
    method: 'GET',
    path,
    authorization: token,
  })
  const foreign = taskId(user === userId(1) ? userId(2) : userId(1), 9)
  const refused = (what: string, token: string): Expectation => ({
    what: `a list with ${what}`,
    request: get(path, token),
    status: 401,
  })
  return [
    { what: 'the list', request: get(path), status: 200, same: true },
    ...[1, 2, 3, 4, 5, 6, 200].map((n) => ({
      what: `task ${n}`,
      request: get(`${path}/${taskId(user, n)}`),
      status: 200,
      same: true,
    })),
    { what: 'another user’s task', request: get(`${path}/${foreign}`), status: 404 },
    refused('no token', ''),
    refused('a token signed with another secret', stranger.authorization),
    refused('an expired token', expired.authorization),
    refused('a token without a signature', noSignature(authorization)),
    ...creations(authorization),
    ...updates(authorization, user),
    { ...updates(authorization, user)[0], ...foreignUpdate(authorization, foreign) },
  ]
}

const foreignUpdate = (authorization: string, id: string): Expectation => ({
  what: 'an update of another user’s task',
  request: {
    method: 'PATCH',
    path: `${path}/${id}`,
    authorization,
    body: JSON.stringify({ title: 'Mine now' }),
  },
  status: 404,
  same: false,
})

function creations(authorization: string): Expectation[] {
  const post = (body: unknown): JobRequest => ({
    method: 'POST',
    path,
    authorization,
    body: JSON.stringify(body),
  })
  const varies = { id: uuid, createdAt: instant, updatedAt: instant }
  const whole = {
    title: 'Grüße “🌱”',
    description: 'Two\nlines',
    completed: true,
    priority: 'high',
    dueAt: '2031-05-06T07:08:09.123Z',
    projectId: '3f0b5c1e-8d65-4a86-9a5b-0c1a2f6f7a11',
  }
  const wrong: readonly (readonly [string, object])[] = [
    ['no title', { dueAt: null, projectId: null }],
    ['an empty title', { ...whole, title: '' }],
    ['a title that is too long', { ...whole, title: 'x'.repeat(201) }],
    ['a description that is too long', { ...whole, description: 'x'.repeat(2001) }],
    ['an unknown priority', { ...whole, priority: 'urgent' }],
    ['an invalid date', { ...whole, dueAt: 'tomorrow' }],
    ['an invalid project id', { ...whole, projectId: 'first' }],
  ]
  return [
    { what: 'a new task', request: post(whole), status: 201, same: true, varies },
    {
      what: 'a new task with the defaults',
      request: post({ title: 'x', dueAt: null, projectId: null }),
      status: 201,
      same: true,
      varies,
    },
    ...wrong.map(([what, body]) => ({
      what: `a new task with ${what}`,
      request: post(body),
      status: 422,
    })),
  ]
}

function updates(authorization: string, user: string): Expectation[] {
  const patch = (body: unknown): JobRequest => ({
    method: 'PATCH',
    path: `${path}/${taskId(user, changed)}`,
    authorization,
    body: JSON.stringify(body),
  })
  const varies = { updatedAt: instant }
  const changes: readonly (readonly [string, object])[] = [
    // The first update resets the changes of the previous contender.
    [
      'all fields',
      {
        title: 'Changed',
        description: 'Again',
        completed: false,
        priority: 'high',
        dueAt: '2032-01-02T03:04:05.000Z',
        projectId: null,
      },
    ],
    ['a switch', { completed: true }],
    ['a field that becomes null', { dueAt: null, description: null }],
  ]
  return [
    ...changes.map(([what, body]) => ({
      what: `an update of ${what}`,
      request: patch(body),
      status: 200,
      same: true,
      varies,
    })),
    { what: 'an update to an empty title', request: patch({ title: '' }), status: 422 },
  ]
}
