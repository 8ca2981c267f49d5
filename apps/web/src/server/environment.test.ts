import { expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

const address = { NODE_ENV: 'production', BETTER_AUTH_URL: 'https://tasks.example' }
const production = { ...address, BETTER_AUTH_SECRET: 'a secret' }
const postgres = 'postgres://ann:word@db.example/tasks'

it('development needs no settings: an embedded database, and both servers on this machine', () => {
  expect(readEnvironment({})).toEqual({
    url: 'http://localhost:3000',
    apiUrl: 'http://localhost:8000',
    databaseUrl: 'pglite:./.plinth/auth',
    secret: undefined,
    github: undefined,
    mail: 'log',
  })
})

it('the API’s Postgres is shared; its embedded database is not, because only one process can open it', () => {
  expect(readEnvironment({ DATABASE_URL: postgres }).databaseUrl).toBe(postgres)
  expect(readEnvironment({ DATABASE_URL: 'pglite:./.plinth/dev' }).databaseUrl).toBe(
    'pglite:./.plinth/auth',
  )
  const own = { DATABASE_URL: postgres, AUTH_DATABASE_URL: 'pglite:memory' }
  expect(readEnvironment(own).databaseUrl).toBe('pglite:memory')
})

it('production without an address, a database or a secret does not start; a build needs none of them', () => {
  const unnamed = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'a secret', DATABASE_URL: postgres }
  expect(() => readEnvironment(unnamed)).toThrow('has no address: set BETTER_AUTH_URL')
  expect(() => readEnvironment(production)).toThrow('has no database: set DATABASE_URL')
  expect(() => readEnvironment({ ...address, DATABASE_URL: postgres })).toThrow(
    'has no secret: set BETTER_AUTH_SECRET',
  )
  expect(readEnvironment({ ...production, DATABASE_URL: postgres }).secret).toBe('a secret')
  const build = { NODE_ENV: 'production', NEXT_PHASE: 'phase-production-build' }
  expect(readEnvironment(build).databaseUrl).toBe('pglite:memory')
})

it('GitHub is enabled if both settings are present; an address loses its trailing slash', () => {
  const half = { GITHUB_CLIENT_ID: 'id' }
  expect(readEnvironment(half).github).toBe(undefined)
  expect(readEnvironment({ ...half, GITHUB_CLIENT_SECRET: 'word' }).github).toEqual({
    clientId: 'id',
    clientSecret: 'word',
  })
  expect(readEnvironment({ BETTER_AUTH_URL: 'https://tasks.example/' }).url).toBe(
    'https://tasks.example',
  )
})

it('email goes to the log in development, and in production needs a key and a sender', () => {
  const live = { ...production, DATABASE_URL: postgres }
  expect(readEnvironment(live).mail).toBe(undefined)
  expect(readEnvironment({ ...live, MAIL_API_KEY: 'key' }).mail).toBe(undefined)
  expect(
    readEnvironment({ ...live, MAIL_API_KEY: 'key', MAIL_FROM: 'a@example.com' }).mail,
  ).toEqual({
    url: 'https://api.resend.com/emails',
    key: 'key',
    from: 'a@example.com',
  })
})
