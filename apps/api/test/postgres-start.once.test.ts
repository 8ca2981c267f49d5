// @module-tag postgres
// `DATABASE_URL=postgres://… node apps/api/src/main.ts`, on a real server that stops and restarts.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { sql } from 'drizzle-orm'
import { database, type Database } from 'plinth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../../../packages/plinth/test/support/backend-process.ts'
import {
  startPostgres,
  type PostgresServer,
} from '../../../packages/plinth/test/support/postgres/postgres-server.ts'
import { freePort } from '../../../scripts/test/free-port.ts'

const run = promisify(execFile)
const migrations = new URL('../migrations', import.meta.url)
const password = `pw${randomBytes(12).toString('hex')}`
const development = {
  NODE_ENV: 'development',
  BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
}

let server: PostgresServer
let admin: Database
beforeAll(async () => {
  server = await startPostgres({ password, resumable: true })
  admin = database(server.url)
})
afterAll(async () => {
  await admin.close()
  await server.stop()
})

/** Creates an empty database. */
async function emptyDatabase(name: string): Promise<string> {
  await admin.execute(sql.raw(`create database ${name}`))
  return new URL(`/${name}`, server.url).href
}

/** Runs the printed curl line in a shell. */
async function pasted(said: string, more = ''): Promise<unknown> {
  const [line] = /^curl .*$/m.exec(said) ?? []
  expect(line).toBeDefined()
  const { stdout } = await run('sh', ['-c', `${line} ${more}`])
  return JSON.parse(stdout)
}

describe('the backend on a Postgres server', () => {
  it('starts on an empty database, and its curl line works', async () => {
    await using backend = startBackend({
      ...development,
      DATABASE_URL: await emptyDatabase('empty'),
    })
    const url = await backend.listening
    expect(await pasted(backend.said)).toEqual({ items: [], next: null })
    expect(
      await pasted(
        backend.said,
        `-X POST -H 'content-type: application/json' -d '{"title": "Pasted"}'`,
      ),
    ).toMatchObject({ title: 'Pasted' })
    expect(await pasted(backend.said)).toMatchObject({ items: [{ title: 'Pasted' }] })
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${url}/docs`)).status).toBe(200)
    expect(backend.said).not.toContain(password)
    backend.kill('SIGINT')
    expect(await backend.ended).toBe(0)
  })

  it('keeps its data across restarts', async () => {
    const DATABASE_URL = new URL('/empty', server.url).href
    await using backend = startBackend({ ...development, DATABASE_URL })
    await backend.listening
    expect(await pasted(backend.said)).toMatchObject({ items: [{ title: 'Pasted' }] })
  })

  it('runs the migrations once when two processes start together', async () => {
    const DATABASE_URL = await emptyDatabase('twice')
    await using one = startBackend({ ...development, DATABASE_URL })
    await using other = startBackend({ ...development, DATABASE_URL })
    const urls = await Promise.all([one.listening, other.listening])
    for (const url of urls) expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    const db = database(DATABASE_URL)
    const { rows } = await db.execute(sql`select name from drizzle.__drizzle_migrations`)
    await db.close()
    expect(rows.map(({ name }) => name)).toEqual((await readdir(migrations)).toSorted())
    expect(one.stderr + other.stderr).toBe('')
  })
})

describe('the backend does not start, and prints the reason in one line without the password:', () => {
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(server.url)
    change(url)
    return url.href
  }
  // at once, because a process waits before it gives up
  it.concurrent.each<[string, () => string | Promise<string>, RegExp]>([
    [
      'where the password is wrong',
      () => changed((url) => (url.password = `not-${password}`)),
      /\(28P01\): the user or the password in DATABASE_URL is wrong/,
    ],
    [
      'where there is no such user',
      () => changed((url) => (url.username = 'nobody')),
      /\(28P01\): the user or the password in DATABASE_URL is wrong/,
    ],
    [
      'where there is no such database',
      () => changed((url) => (url.pathname = '/nowhere')),
      /\/nowhere cannot be opened \(3D000\): no database has this name/,
    ],
    [
      'where nothing listens',
      async () => {
        const port = await freePort()
        return changed((url) => (url.port = String(port)))
      },
      /\(ECONNREFUSED\): nothing listens there/,
    ],
    [
      'where the host does not exist',
      () => changed((url) => (url.hostname = 'database.invalid')),
      /: (the host does not exist|it does not respond)/,
    ],
  ])('%s', async (_, url, reason) => {
    await using backend = startBackend({ ...development, DATABASE_URL: await url() })
    expect(await backend.ended).toBe(1)
    expect(backend.stdout).toBe('')
    expect(backend.stderr).toMatch(/^plinth: The database postgres:\/\/.* cannot be opened.*\n$/)
    expect(backend.stderr).toMatch(reason)
    expect(backend.stderr).toContain('(PLINTH_DATABASE_UNAVAILABLE)')
    expect(backend.stderr).not.toContain(password)
  })
})

describe('while the database is away', () => {
  it('every request returns 503 until it is back, and the process keeps running', async () => {
    const DATABASE_URL = await emptyDatabase('mortal')
    await using backend = startBackend({ ...development, DATABASE_URL })
    const url = await backend.listening
    const [, token] = /Bearer (\S+)'/.exec(backend.said) ?? []
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(url + path, { headers, ...init })
      const retryAfter = response.headers.get('retry-after')
      return { status: response.status, retryAfter, text: await response.text() }
    }
    const create = (title: string) =>
      ask('/api/tasks', { method: 'POST', body: JSON.stringify({ title }) })
    // several connections, so that each of them is affected
    const before = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(create))
    expect(before.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])

    const racing = Array.from({ length: 40 }, (_, at) =>
      at % 2 ? create(`racing ${at}`) : ask('/api/tasks?limit=100'),
    )
    await admin.close()
    await server.halt()
    const raced = await Promise.all(racing)
    expect(raced.filter(({ status }) => ![200, 201, 503].includes(status))).toEqual([])

    const [ready, ...down] = await Promise.all([
      ask('/health/ready'),
      ask('/api/tasks'),
      ask('/api/projects'),
      ask('/api/tasks/stats'),
      create('never'),
    ])
    for (const { status, retryAfter, text } of down) {
      expect(status, text).toBe(503)
      expect(Number(retryAfter)).toBeGreaterThan(0)
      expect(JSON.parse(text)).toMatchObject({
        code: expect.stringMatching(/^PLINTH_DATABASE_(UNAVAILABLE|BUSY)$/),
      })
    }
    expect(ready.status).toBe(503)
    expect((await ask('/health/live')).status).toBe(200)
    expect((await ask('/api/tasks', { headers: {} })).status).toBe(401)

    await server.resume()
    expect((await ask('/health/ready')).status).toBe(200)
    expect((await create('after')).status).toBe(201)
    // All acknowledged rows are there, and no others except those without a response.
    const { items } = JSON.parse((await ask('/api/tasks?limit=100')).text) as {
      items: { title: string }[]
    }
    const titles = items.map(({ title }) => title)
    const acknowledged = raced
      .filter(({ status }) => status === 201)
      .map(({ text }) => (JSON.parse(text) as { title: string }).title)
    expect(titles).toEqual(expect.arrayContaining(['a', 'e', 'after', ...acknowledged]))
    expect(titles).not.toContain('never')
    expect(backend.said).not.toContain(password)
    expect(backend.stderr).toBe('')
    backend.kill('SIGTERM')
    expect(await backend.ended).toBe(0)
    // each 503 comes after the 10 s during which connecting is retried
  })
})
