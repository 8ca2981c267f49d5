// @module-tag postgres
// The modules that a service loads until its first response. Each unneeded file that is found, read
// and compiled makes a cold start slower.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createToken, database } from 'plinth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'
import type { Told } from '../support/loaded-modules.ts'

const secret = 'q7Yk2mVx9TbE4nRw8LzCs1Jd6PfHu3Ga'

let server: PostgresServer
let child: ChildProcess
let headers: { authorization: string }
beforeAll(async () => {
  server = await startPostgres()
  const db = database(server.url)
  await db.execute('create table notes (id uuid primary key, text text, user_id text)')
  await db.execute(`insert into notes values (gen_random_uuid(), 'one', 'ann')`)
  await db.close()
  headers = { authorization: `Bearer ${await createToken(secret, { sub: 'ann' })}` }
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await server?.stop()
})

async function started(): Promise<Told> {
  child?.kill('SIGKILL')
  const script = fileURLToPath(new URL('../support/loaded-modules.ts', import.meta.url))
  child = fork(script, {
    execArgv: [],
    env: { NODE_ENV: 'production', DATABASE_URL: server.url, BETTER_AUTH_SECRET: secret },
  })
  return told()
}
const told = async (): Promise<Told> => ((await once(child, 'message')) as [Told])[0]
const now = (): Promise<Told> => {
  child.send('tell')
  return told()
}

const packages = ({ files }: Told): string[] => [
  ...new Set(
    files.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
  ),
]
const hasFetch = ({ builtins }: Told): boolean =>
  builtins.some((name) => name.includes('internal/deps/undici/undici'))
const isOf = (part: string) => (file: string) => file.includes(part)

it('a service loads only the needed modules up to its first list from Postgres', async () => {
  const before = await started()
  expect(packages(before)).toEqual(expect.arrayContaining(['drizzle-orm', 'zod', 'jose']))
  // No SDK is registered.
  expect(packages(before).filter((name) => name.startsWith('@opentelemetry/'))).toEqual([])

  const response = await fetch(`${before.url}/notes`, { headers })
  expect(await response.json()).toEqual([expect.objectContaining({ text: 'one' })])

  const after = await now()
  expect(packages(after)).toContain('pg')
  expect(packages(after).toSorted()).toEqual(packages(before).concat(pgWith(after)).toSorted())
  for (const name of [
    '@electric-sql/pglite',
    '@neondatabase/serverless',
    'pg-boss',
    'ws',
    '@modelcontextprotocol/server',
  ])
    expect(packages(after)).not.toContain(name)
  expect(hasFetch(after)).toBe(false)
  for (const room of ['client', 'jobs', 'limits', 'mcp', 'testing', 'cli', 'sockets'])
    expect(after.files.filter(isOf(`/plinth/src/${room}/`))).toEqual([])
  // No metrics are measured, so only the list of the methods is there.
  expect(after.files.filter(isOf('/telemetry/metrics/'))).toEqual([
    expect.stringMatching(/known-method\.ts$/),
  ])
  expect(after.files.filter(isOf('neon-pool'))).toEqual([])
  // Encryption, `createToken`, and the code that reads key servers.
  expect(after.files.filter(isOf('/jose/')).filter(isOf('/jwe/'))).toEqual([])
  expect(after.files.filter(isOf('/jose/')).filter(isOf('/sign'))).toEqual([])
  expect(after.files.filter(isOf('jwks/remote'))).toEqual([])
})

/** The driver and its dependencies: loaded by the first query. */
const pgWith = (after: Told): string[] =>
  packages(after).filter((name) => /^(?:pg|postgres|xtend)/.test(name))

it.each(['whole', 'other'])(
  'a service loads Node’s Request for the first route that needs one: /%s',
  async (path) => {
    const { url } = await started()
    const response = await fetch(`${url}/notes/${path}`, { headers })
    expect(await response.text()).toBe(
      path === 'whole' ? JSON.stringify(`${url}/notes/whole`) : 'other',
    )
    expect(hasFetch(await now())).toBe(true)
  },
)
