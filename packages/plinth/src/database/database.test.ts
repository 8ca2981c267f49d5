// @module-tag postgres
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../test/support/postgres/postgres-server.ts'
import { databaseContract } from '../../test/support/database-contract/database.ts'
import { database } from './database.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

databaseContract('PGlite', async () => database('pglite:memory'))
databaseContract('Postgres', async () => database(server.url))

describe('database()', () => {
  it('does not connect before the first query', () => {
    const nowhere = database('postgres://ann:secret@nowhere.invalid:5432/app')
    expect(nowhere.kind).toBe('postgres')
    expect(database('pglite:/nowhere/at/all').kind).toBe('pglite')
  })

  it('prints no password', () => {
    const db = database('postgres://ann:secret@db.example:5433/app?sslmode=require')
    expect(db.location).toBe('postgres://ann@db.example:5433/app')
    expect(inspect(db)).toBe('Database(postgres://ann@db.example:5433/app)')
    expect(inspect(db, { depth: 20, showHidden: true, customInspect: false })).not.toContain(
      'secret',
    )
    expect(inspect(db.select(), { depth: 20, showHidden: true })).not.toContain('secret')
  })

  it.each([
    ['', 'is not set'],
    [undefined, 'is not set'],
    ['mysql://root:secret@localhost/app', 'begins with "mysql:"'],
    ['file:./secret.db', 'begins with "file:"'],
    ['pglite:', 'names no directory'],
    ['pglite://secret', 'names no directory'],
    ['secret', 'cannot be read'],
    ['postgres://ann:sec#ret@localhost/app', 'percent-encoded'],
    ['postgres:///secret', 'names no host'],
  ])('refuses %s', (url, words) => {
    const attempt = () => database(url as string)
    expect(attempt).toThrow(expect.objectContaining({ code: 'PLINTH_DATABASE_URL_INVALID' }))
    expect(attempt).toThrow(words)
    expect(attempt).toThrow('pglite:./.plinth/dev (a directory), pglite:memory, or postgres://')
    expect(attempt).not.toThrow(/secret|sec#ret/)
  })
})
