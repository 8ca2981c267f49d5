import { expect, it } from 'vitest'
import { app } from '../../app/app.ts'
import { database } from '../../database/database.ts'
import { HttpError } from '../../errors/http-error.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../router.ts'
import { RefusalStacks } from './refusal-stacks.ts'

interface Line {
  readonly level: string
  readonly code?: string
  readonly err?: { readonly code?: string; readonly stack?: string }
}
const closedPort = 'postgres://app@127.0.0.1:1/app'

it('requests that a database which is away refuses have one line each, and the first line has the stack', async () => {
  const lines: Line[] = []
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Line) }
  const db = database(closedPort, { connectTimeout: 1 })
  const notes = router('/notes', { dependencies: { db } })
  const list = notes.get('/', {}, async ({ db }) => void (await db.execute('select 1')))
  const first = notes.get('/first', {}, async ({ db }) => void (await db.execute('select 1')))
  const broken = notes.get('/broken', {}, () => {
    throw new Error('a bug')
  })
  const api = app({
    title: 'Notes',
    routes: { notes: { list, first, broken } },
    log: createLogger({ level: 'warn', destination }),
  })
  for (const path of ['', '', '/first', '/broken', '/broken']) {
    const response = await api.fetch(new Request(`http://test/notes${path}`))
    expect(response.status).toBe(path === '/broken' ? 500 : 503)
  }
  await api.stop()
  const refused = lines.filter(({ code }) => code === 'PLINTH_DATABASE_UNAVAILABLE')
  expect(refused).toHaveLength(3)
  for (const { level, err } of refused) {
    expect(level).toBe('warn')
    expect(err).toMatchObject({ name: 'Error', message: expect.any(String) as string })
  }
  expect(refused.map(({ err }) => err?.stack !== undefined)).toEqual([true, false, false])
  const bugs = lines.filter(({ level }) => level === 'error')
  expect(bugs.map(({ err }) => err?.stack !== undefined)).toEqual([true, true])
})

it('an outage that begins a minute after the last refusal has a line with the stack again', () => {
  let now = 0
  const stacks = new RefusalStacks(() => now)
  const has = (code: string, operationId: string): boolean => {
    const known = new HttpError(503, 'away', { code })
    return stacks.errorFor({ known, logged: known, operationId }) === known
  }
  const away = 'PLINTH_DATABASE_UNAVAILABLE'
  expect([has(away, 'list'), has(away, 'read')]).toEqual([true, false])
  now = 50_000
  expect(has(away, 'list')).toBe(false)
  now = 100_000
  expect(has(away, 'list')).toBe(false)
  now = 161_000
  expect(has(away, 'list')).toBe(true)
  const busy = 'PLINTH_DATABASE_BUSY'
  expect([has(busy, 'list'), has(busy, 'read'), has(busy, 'read')]).toEqual([true, true, false])
})
