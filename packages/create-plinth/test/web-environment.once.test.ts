import { expect, it } from 'vitest'
import { shownOutput } from '../../plinth/test/docs/shown-output.ts'
import { readEnvironment } from '../template-web/src/environment.ts'

const production = {
  NODE_ENV: 'production',
  BETTER_AUTH_SECRET: 'a secret',
  BETTER_AUTH_URL: 'https://notes.example',
}

it('the created frontend keeps its users in an embedded database in development', () => {
  expect(readEnvironment({ BETTER_AUTH_SECRET: 'a secret' })).toEqual({
    url: 'http://localhost:3000',
    secret: 'a secret',
    databaseUrl: 'pglite:./.plinth/auth',
  })
})

it('the created frontend refuses production without a database for its users', () => {
  const unset = /^AUTH_DATABASE_URL is missing: set it to a Postgres for the users/
  expect(() => readEnvironment(production)).toThrow(unset)
  expect(() => readEnvironment({ ...production, AUTH_DATABASE_URL: '' })).toThrow(unset)
  const shown = shownOutput('docs/frontend.md', 'AUTH_DATABASE_URL is missing').trim()
  expect(() => readEnvironment(production)).toThrow(new Error(shown))
  // the database of the API is not read: the two settings are separate
  const shared = { ...production, DATABASE_URL: 'postgres://ann:word@db.example/notes' }
  expect(() => readEnvironment(shared)).toThrow(unset)
  for (const own of ['postgres://ann:word@db.example/users', 'pglite:/data/users'])
    expect(readEnvironment({ ...production, AUTH_DATABASE_URL: own }).databaseUrl).toBe(own)
})

it('the created frontend refuses production without its address, and any start without a secret', () => {
  expect(() => readEnvironment({ ...production, BETTER_AUTH_URL: undefined })).toThrow(
    'BETTER_AUTH_URL is missing: set it to the address of this frontend',
  )
  expect(() => readEnvironment({})).toThrow('BETTER_AUTH_SECRET is missing: copy .env.example')
})

it('the created frontend builds without settings', () => {
  const build = { NODE_ENV: 'production', NEXT_PHASE: 'phase-production-build' }
  expect(readEnvironment(build)).toMatchObject({ databaseUrl: 'pglite:./.plinth/auth' })
})
