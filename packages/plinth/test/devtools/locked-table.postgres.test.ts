// An embedded database has one session, so that no other session can hold a lock: this needs a server.
import { sql } from 'drizzle-orm'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { app, id, insert, model } from 'plinth'
import { testDatabase } from 'plinth/testing'
import type { DevService } from '../../src/devtools/dev-service.types.ts'
import { readRows } from '../../src/devtools/tables/read-rows.ts'

const Shop = model('shops', { id: id(), name: z.string() })

it('a locked table is an error on the development page that says so, and its rows are there afterwards', async () => {
  const db = await testDatabase({ models: { Shop } })
  onTestFinished(() => db.close())
  await insert(db, Shop, { name: 'Corner' })
  const service: DevService = {
    api: app({ title: 'Shop', routes: {} }),
    db,
    env: undefined,
    root: '/',
    paths: { api: '', models: '', migrations: '' },
    models: () => Promise.resolve({ Shop }),
    auth: () => Promise.resolve(undefined),
  }
  const rows = () => readRows(service, 'shops', new URLSearchParams())
  const locked = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const holder = db.transaction(async (tx) => {
    await tx.execute(sql`lock table shops in access exclusive mode`)
    locked.resolve()
    await done.promise
  })
  await locked.promise
  try {
    await expect(rows()).rejects.toMatchObject({
      status: 409,
      message: expect.stringMatching(/^Another transaction has a lock/),
    })
  } finally {
    done.resolve()
    await holder
  }
  expect((await rows()).rows).toHaveLength(1)
})
