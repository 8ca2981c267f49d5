import { expect, it, vi } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { listing } from '../database/listing/listing.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

/** An app with one list of rows by an order without an index, and the warnings in its log. */
function listOf(table: string, extend: (query: z.ZodObject) => z.ZodObject = (query) => query) {
  const rows = model(table, { id: id(), title: z.string().max(80) })
  const { query } = listing(rows, { sort: ['title'], indexes: false })
  const warnings: string[] = []
  const ignore = () => undefined
  const log = {
    debug: ignore,
    info: ignore,
    warn: (_: object, message: string) => void warnings.push(message),
    error: ignore,
    child: () => log,
  }
  const list = router(`/${table}`).get('/', { query: extend(query) }, () => [])
  return { api: app({ title: table, routes: { rows: { list } }, log }), warnings }
}

// First in this file: once an app has started, its log gets such warnings at once.
it('production on an embedded database is a warning of the app that starts, with any way to serve it', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  try {
    database('pglite:memory')
    database('postgres://app@db.example/app')
    const { api, warnings } = listOf('dates', (query) => query.pick({ limit: true }))
    await api.start()
    await api.stop()
    expect(warnings.filter((text) => text.includes('production runs'))).toEqual([
      'production runs on an embedded database (pglite:memory): set DATABASE_URL to a Postgres server',
    ])
  } finally {
    vi.unstubAllEnvs()
  }
})

it('startup warnings are logged by the app whose routes they are about, whichever starts first', async () => {
  const a = listOf('apples')
  const b = listOf('berries')
  await b.api.start()
  await a.api.start()
  expect(a.warnings).toEqual([expect.stringContaining('listing of "apples"')])
  expect(b.warnings).toEqual([expect.stringContaining('listing of "berries"')])
})

it('startup warnings stay with a query that extends the one of a listing', async () => {
  const { api, warnings } = listOf('cherries', (query) => query.extend({ ripe: z.boolean() }))
  await api.start()
  expect(warnings).toHaveLength(1)
})
