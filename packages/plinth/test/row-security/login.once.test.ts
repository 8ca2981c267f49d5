// @module-tag postgres
import { sql } from 'drizzle-orm'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import { type Database, database, id, model, owner, transaction } from 'plinth'
import { checkRows, ownerPolicy, protectRows } from 'plinth/row-security'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'

const Note = model('notes', { id: id(), text: z.string(), userId: owner() }, (t) => [
  ownerPolicy(t.userId),
])

let server: PostgresServer
let admin: Database
let db: Database
beforeAll(async () => {
  server = await startPostgres()
  admin = database(server.url)
  await admin.execute(`create role backend login password 'backend'`)
  await admin.execute('create database notes owner backend')
  const url = new URL(server.url)
  url.username = url.password = 'backend'
  url.pathname = '/notes'
  db = database(url.href)
  const empty = await generateDrizzleJson({})
  for (const statement of await generateMigration(empty, await generateDrizzleJson({ Note })))
    await db.execute(statement)
})
afterAll(async () => {
  await db?.close()
  await admin?.close()
  await server?.stop()
})

async function titles(user: string): Promise<unknown[]> {
  const opened = transaction(db, { user })
  const tx = (await opened.next()).value!
  await tx.insert(Note).values({ text: user, userId: user })
  const { rows } = await tx.execute('select text from notes')
  await opened.next()
  return rows.map((row) => row['text'])
}

it('a login that owns the tables is refused until row-level security is forced on it', async () => {
  await expect(checkRows(db, { Note })).rejects.toThrow('row-level security is not forced on notes')
  await protectRows(db, { Note })
  await checkRows(db, { Note })
})

it('with forced row-level security the login bypasses no policy, and needs no other role', async () => {
  expect(await titles('ann')).toEqual(['ann'])
  expect(await titles('bob')).toEqual(['bob'])
  const roles = await admin.execute(`select 1 from pg_roles where rolname = 'plinth_user'`)
  expect(roles.rowCount).toBe(0)
})

it('outside of a user’s transaction the login sees no rows', async () => {
  expect((await db.execute(sql`select * from notes`)).rowCount).toBe(0)
})

it('a superuser, or a role with BYPASSRLS, is refused at startup', async () => {
  const url = new URL(server.url)
  url.pathname = '/notes'
  const above = database(url.href)
  try {
    const refused = { code: 'PLINTH_ROWS_UNPROTECTED', message: /superuser or has BYPASSRLS/ }
    const error: { code: string; message: string } = await checkRows(above, { Note }).then(
      () => {
        throw new Error('It was not refused')
      },
      (error) => error,
    )
    expect(error.code).toBe(refused.code)
    expect(error.message).toMatch(refused.message)
    await expect(checkRows(above, { Note }, { above: true })).rejects.toThrow('run protectRows')
    await protectRows(above, { Note })
    await checkRows(above, { Note }, { above: true })
  } finally {
    await above.close()
  }
})

it('the migration and the resulting policies are the same', async () => {
  const { rows } = await db.execute(
    `select qual, with_check from pg_policies where tablename = 'notes'`,
  )
  const policy = "(user_id = NULLIF(current_setting('plinth.user_id'::text, true), ''::text))"
  expect(rows).toEqual([{ qual: policy, with_check: policy }])
})
