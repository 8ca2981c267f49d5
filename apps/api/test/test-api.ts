import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { createToken } from 'plinth'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeEach } from 'vitest'
import { api } from '../src/api.ts'
import { db } from '../src/database.ts'
import { env } from '../src/env.ts'
import { relations } from '../src/models.ts'

/** The modules of the backend that a test needs: its own, or those of a changed copy. */
export interface Backend {
  readonly api: typeof api
  readonly db: typeof db
  readonly env: typeof env
  readonly relations: typeof relations
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined without a body. */
  // A test knows the shape of the response, and asserts it with `expect`.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export type TestApi = Awaited<ReturnType<typeof startTestApi>>

const migrations = fileURLToPath(new URL('../migrations', import.meta.url))

/** Live lists need the direct URL where the tests run through a pooler, which carries no notifications. */
async function setDirectUrl(database: typeof db): Promise<void> {
  const { PLINTH_TEST_DATABASE_URL, PLINTH_TEST_DATABASE_POOLER } = process.env
  if (PLINTH_TEST_DATABASE_URL === undefined || PLINTH_TEST_DATABASE_POOLER === undefined) return
  const { rows } = await database.execute<{ name: string }>(sql`select current_database() as name`)
  const url = new URL(PLINTH_TEST_DATABASE_URL)
  url.pathname = rows[0]?.name ?? ''
  process.env['DATABASE_URL_UNPOOLED'] = url.href
}

/** The backend on its own database, called with real tokens and without a port. */
export async function startTestApi(backend: Backend = { api, db, env, relations }) {
  const database = await testDatabase({ migrations, relations: backend.relations, jobs: true })
  await setDirectUrl(database)
  const app = testApp(backend.api)
  app.override(backend.db, () => database)
  const tokens = new Map<string, Promise<string>>()

  const tokenOf = (user: string): Promise<string> => {
    const known = tokens.get(user)
    if (known !== undefined) return known
    const made = createToken(backend.env.BETTER_AUTH_SECRET, { sub: user, expiresIn: 3600 })
    tokens.set(user, made)
    return made
  }

  /** Calls the backend: `call('ann', 'POST', '/api/tasks', { title: 'x' })`; without a token if the user is null. */
  const call = async (
    user: string | null,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const headers = new Headers()
    if (user !== null) headers.set('authorization', `Bearer ${await tokenOf(user)}`)
    const text = body === undefined ? null : JSON.stringify(body)
    if (text !== null) headers.set('content-type', 'application/json')
    const response = await app.fetch(
      new Request(`http://localhost${path}`, { method, headers, body: text }),
    )
    return answerOf(response)
  }

  const empty = () => database.execute(sql`truncate tasks, projects, tags, task_tags`)
  const close = async () => {
    await app[Symbol.asyncDispose]()
    await database.close()
  }
  return { app, database, call, tokenOf, empty, close }
}

async function answerOf(response: Response): Promise<Answer> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const text = isStream ? await firstEvent(response) : await response.text()
  const json = response.headers.get('content-type')?.includes('json') === true && text !== ''
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : undefined,
  }
}

/** The first event of a stream, which is then closed. */
async function firstEvent({ body }: Response): Promise<string> {
  let text = ''
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes('\n\n')) break
  }
  return text
}

/** A backend for a test file: empty before each test, closed after the last. */
export async function useTestApi(): Promise<TestApi> {
  const started = await startTestApi()
  beforeEach(async () => {
    await started.empty()
  })
  afterAll(() => started.close())
  return started
}

export const unknownId = '00000000-0000-4000-8000-000000000000'
