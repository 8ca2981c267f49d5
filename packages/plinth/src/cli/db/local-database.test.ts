import { expect, it } from 'vitest'
import { database } from '../../database/database.ts'
import { isLocal } from './local-database.ts'

const local = (url: string): boolean => isLocal(database(url))

it('recognizes databases on this machine', () => {
  for (const url of [
    'pglite:memory',
    'postgres://ann:pw@localhost/app',
    'postgres://ann:pw@LOCALHOST:5433/app',
    'postgres://ann:pw@[::1]/app',
    'postgres://ann:pw@db.example/app?host=127.0.0.1',
    'postgres://ann:pw@db.example/app?host=/var/run/postgresql',
    'postgres://ann:pw@%2Fvar%2Frun%2Fpostgresql/app',
  ])
    expect(local(url), url).toBe(true)
})

it('does not trust a hostname that pg does not connect to', () => {
  for (const url of [
    'postgres://ann:pw@db.example/app',
    'postgres://ann:pw@localhost/app?host=db.example',
    'postgres://ann:pw@localhost/app?host=localhost&host=db.example',
    'postgres://ann:pw@localhost/app?host=db.example%40localhost',
    'postgres://ann:pw@db.example/app?hostaddr=127.0.0.1',
  ])
    expect(local(url), url).toBe(false)
})
