import { expect, it } from 'vitest'
import { readDatabaseUrl, type PostgresTarget } from './database-url.ts'

const read = (url: string) => readDatabaseUrl(url) as PostgresTarget
const neon = 'eu-central-1.aws.neon.tech'

it('reads host and port as pg does, which prefers the query parameters', () => {
  expect(read('postgres://ann:pw@localhost/app?host=prod.example&port=5433')).toMatchObject({
    url: 'postgres://ann:pw@prod.example:5433/app',
    location: 'postgres://ann@prod.example:5433/app',
  })
  expect(read('postgres://ann@localhost/app?host=first&sslmode=disable&host=last').url).toBe(
    'postgres://ann@last/app?sslmode=disable',
  )
  expect(read('postgres://ann@db.example:5433/app?host=&port=').location).toBe(
    'postgres://ann@db.example:5433/app',
  )
})

it('recognizes Neon and its pooler by the effective host', () => {
  expect(read(`postgres://ann:pw@localhost/app?host=ep-cool-1-pooler.${neon}`)).toMatchObject({
    pooled: true,
    neon: true,
  })
  expect(read(`postgres://ann:pw@ep-cool-1-pooler.${neon}/app?host=localhost`)).toMatchObject({
    pooled: false,
    neon: false,
  })
  expect(read('postgres://ann:pw@EP-1-POOLER%2ENEON.TECH/app')).toMatchObject({
    pooled: true,
    neon: true,
  })
})

it('pipelines nothing through Supabase’s transaction pooler', () => {
  const host = 'aws-0-eu-central-1.pooler.supabase.com'
  expect(read(`postgres://ann:pw@${host}:6543/app`).pipelines).toBe(false)
  expect(read(`postgres://ann:pw@${host}/app?port=6543`).pipelines).toBe(false)
  expect(read(`postgres://ann:pw@${host}:5432/app`).pipelines).toBe(true)
  expect(read('postgres://ann:pw@localhost:6543/app').pipelines).toBe(true)
})

it('reads the folder of a socket in every notation', () => {
  const location = 'postgres://ann@%2Fvar%2Frun%2Fpostgresql/app'
  for (const url of [
    'postgres://ann:pw@localhost/app?host=/var/run/postgresql',
    'postgres://ann:pw@/app?host=/var/run/postgresql',
    'postgres://ann:pw@%2Fvar%2Frun%2Fpostgresql/app',
  ])
    expect(read(url)).toMatchObject({ location, url: location.replace('ann', 'ann:pw') })
  expect(read('postgres:///app?host=/tmp').location).toBe('postgres://%2Ftmp/app')
  expect(read('postgres://db.example/app?host=::1').location).toBe('postgres://[::1]/app')
})

it('ignores hostaddr, which pg does not read', () => {
  expect(read('postgres://db.example/app?hostaddr=127.0.0.1').location).toBe(
    'postgres://db.example/app',
  )
  expect(() => read('postgres:///app?hostaddr=127.0.0.1')).toThrow('names no host')
})

it('refuses an invalid host or port without showing the password', () => {
  for (const url of [
    'postgres://ann:pw-secret@%zz/app',
    'postgres://ann:pw-secret@localhost/app?host=a%3Ab',
    'postgres://ann:pw-secret@localhost/app?port=http',
  ])
    expect(() => read(url)).toThrow(
      expect.objectContaining({
        code: 'PLINTH_DATABASE_URL_INVALID',
        message: expect.not.stringContaining('pw-secret') as string,
      }),
    )
})
