// @module-tag postgres
// The private parts of drizzle-orm and pg are removed one library at a time. The app must respond as before, with one
// line in its log.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'

const support = join(import.meta.dirname, '../support')

interface Run {
  readonly responses: readonly (readonly [status: number, text: string])[]
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}

/** Runs the app in a process of its own, with ids, cursors and times replaced by placeholders. */
async function run(databaseUrl: string, ...fixtures: readonly string[]): Promise<Run> {
  const imports = fixtures.flatMap((name) => ['--import', join(support, name)])
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...imports, join(support, 'internals-app.ts')],
    { env: { ...process.env, PLINTH_TEST_DATABASE_URL: databaseUrl } },
  )
  const text = stdout
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
    .replaceAll(/(\\"next\\":\\")[^\\]+/g, '$1cursor')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) =>
      time.startsWith('2026-01-02') ? time : 'now',
    )
  return JSON.parse(text) as Run
}

const drizzleLine =
  "drizzle-orm's internals differ from the ones Plinth knows. Queries use its public API, which costs more CPU. Development does not warn about rows of other users."
const pgLine =
  "pg's internals differ from the ones Plinth knows. Queries use its public API, which costs more CPU."

let server: PostgresServer
const plain: Partial<Record<'embedded' | 'server', Run>> = {}
beforeAll(async () => {
  server = await startPostgres()
  plain.embedded = await run('')
  plain.server = await run(server.url)
})
afterAll(() => server.stop())

describe('an app', () => {
  it('logs no warning while the private parts are the known ones', () => {
    expect(plain.embedded?.warnings).toEqual([])
    expect(plain.server?.warnings).toEqual([])
    expect(plain.server?.responses).toEqual(plain.embedded?.responses)
    expect(plain.server?.errors).toEqual([])
    expect(new Set(plain.server?.responses.map(([status]) => status))).toEqual(
      new Set([200, 409, 404]),
    )
  })

  it.each([
    [
      'embedded Postgres, without those of drizzle-orm',
      'embedded',
      'without-drizzle-internals.ts',
      drizzleLine,
    ],
    [
      'a server, without those of drizzle-orm',
      'server',
      'without-drizzle-internals.ts',
      drizzleLine,
    ],
    ['a server, without those of pg', 'server', 'without-pg-internals.ts', pgLine],
  ] as const)(
    'responds the same on %s, and says so in one line',
    async (_name, kind, fixture, line) => {
      const { responses, warnings, errors } = await run(
        kind === 'server' ? server.url : '',
        fixture,
      )
      expect(responses).toEqual(plain[kind]?.responses)
      expect(warnings).toEqual([line])
      expect(errors).toEqual([])
    },
  )
})
