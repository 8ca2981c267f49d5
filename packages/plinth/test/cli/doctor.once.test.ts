// @module-tag postgres
// `plinth doctor`: ten mistakes, each made for real and reported.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { database } from 'plinth'
import { migrate } from 'plinth/migrations'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matches } from '../docs/matches.ts'
import { shownOutput } from '../docs/shown-output.ts'
import { cliProject, secret, type CliProject, type RunOptions } from '../support/cli-project.ts'
import { keys, startKeyServer, type KeyServer } from '../support/auth/key-server.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

interface Finding {
  readonly id: string
  readonly level: 'problem' | 'warning' | 'ok'
  readonly message: string
  readonly fix?: string
}

const password = `pw${randomBytes(12).toString('hex')}`
let project: CliProject
let server: PostgresServer
let frontend: KeyServer
let port: number

/** A setup without problems. */
const well = (): Record<string, string> => ({
  DATABASE_URL: server.url,
  BETTER_AUTH_SECRET: secret,
  BETTER_AUTH_URL: frontend.url,
  CORS_ORIGINS: frontend.url,
  PORT: String(port),
})

beforeAll(async () => {
  project = cliProject()
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  frontend = await startKeyServer(keys({ ...(await exportJWK(publicKey)), kid: 'first' }))
  server = await startPostgres({ password })
  port = await freePort()
  const db = database(server.url)
  await migrate(db, { folder: `${project.folder}/migrations` })
  await db.close()
})
afterAll(async () => {
  await server?.stop()
  await frontend?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
})

async function doctor(env: Record<string, string | undefined> = {}, options: RunOptions = {}) {
  const before = project.files()
  const run = await project.plinth(['doctor', '--json'], { ...options, env: { ...well(), ...env } })
  expect(project.files()).toEqual(before)
  expect(run.stderr).toBe('')
  for (const hidden of [password, secret]) expect(run.stdout).not.toContain(hidden)
  const { ok, findings } = JSON.parse(run.stdout) as { ok: boolean; findings: Finding[] }
  expect(run.code).toBe(ok ? 0 : 1)
  return {
    ...run,
    ok,
    findings,
    problems: findings.filter(({ level }) => level === 'problem'),
    warnings: findings.filter(({ level }) => level === 'warning'),
  }
}

/** Accepts connections and never responds. */
const ignore = (socket: Socket): void => void socket.on('error', () => {}).resume()

/** Expects exactly one problem, with this id, a matching sentence, and a fix. */
function expectOne(problems: readonly Finding[], id: string, message: RegExp): void {
  expect(problems).toEqual([
    { id, level: 'problem', message: expect.stringMatching(message), fix: expect.any(String) },
  ])
  expect(problems[0]?.fix?.length).toBeGreaterThan(10)
}

it('plinth doctor finds no problem in a correct setup, and says what it checked', async () => {
  const { ok, problems, warnings, findings } = await doctor()
  expect([problems, warnings]).toEqual([[], []])
  expect(ok).toBe(true)
  expect(findings.map(({ id }) => id).toSorted()).toEqual([
    'clock-skew',
    'clock-skew',
    'database-unreachable',
    'frontend-origin',
    'keys-unreachable',
    'migrations-pending',
    'node-version',
    'port-taken',
    'setting-missing',
  ])
})

describe('plinth doctor reports', () => {
  it('1. a wrong password', async () => {
    const url = server.url.replace(password, 'not-the-password')
    const { problems, stdout } = await doctor({ DATABASE_URL: url })
    expectOne(problems, 'database-password', /does not accept .*password authentication failed/)
    expect(stdout).not.toContain('not-the-password')
  })

  it('2. a pooled URL for migrations, until a direct one is set', async () => {
    const pooled = `postgres://ann:${password}@ep-cool-1-pooler.plinth.invalid/app`
    const { problems } = await doctor({ DATABASE_URL: pooled })
    const found = problems.filter(({ id }) => id === 'pooled-url')
    expectOne(found, 'pooled-url', /through a pooler: DATABASE_URL leads to .*-pooler/)
    const mended = await doctor({ DATABASE_URL: pooled, DATABASE_URL_UNPOOLED: server.url })
    expect(mended.problems.map(({ id }) => id)).toEqual(['database-unreachable'])
    const again = await doctor({ DATABASE_URL: pooled, DATABASE_URL_UNPOOLED: pooled })
    expect(again.problems.map(({ id }) => id)).toContain('pooled-url')
  })

  it('3. a missing secret: a problem in production, a warning in development', async () => {
    const none = { BETTER_AUTH_SECRET: undefined }
    const { problems } = await doctor({ ...none, NODE_ENV: 'production' })
    expectOne(problems, 'secret-missing', /^BETTER_AUTH_SECRET is not set/)
    const inDevelopment = await doctor(none)
    expect(inDevelopment.problems).toEqual([])
    expect(inDevelopment.warnings).toMatchObject([{ id: 'secret-missing' }])
  })

  it('4. a frontend whose pages may not call the service', async () => {
    const { problems } = await doctor({ CORS_ORIGINS: 'http://localhost:5173' })
    expectOne(problems, 'frontend-origin', /CORS_ORIGINS does not include it/)
    expect(problems[0]?.message).toContain(frontend.url)
  })

  it('5. a second process on the data directory', async () => {
    using embedded = cliProject({
      'hold.ts': `import { db } from './src/database.ts'
await db.open()
process.on('SIGTERM', () => void db.close().then(() => process.exit(0)))
setInterval(() => {}, 1000)
console.log('open')
`,
    })
    const env = { BETTER_AUTH_SECRET: secret, PORT: '0' }
    await embedded.plinth(['db', 'migrate'], { env })
    await using first = embedded.run([], { env, script: join(embedded.folder, 'hold.ts') })
    await first.until(/open/)
    const { code, stdout } = await embedded.plinth(['doctor', '--json'], { env })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    expect(code).toBe(1)
    const problems = findings.filter(({ level }) => level === 'problem')
    expectOne(problems, 'database-locked', /\.plinth.dev is in use by process \d+/)
    first.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const after = await embedded.plinth(['doctor'], { env })
    expect(after.code, after.stdout).toBe(0)
    expect(after.stdout).toContain('Every migration is applied')
  })

  it('6. a pending migration', async () => {
    using later = cliProject({
      'migrations/20260202000000_later/migration.sql': 'alter table "notes" add "at" date;\n',
    })
    const { code, stdout } = await later.plinth(['doctor', '--json'], { env: well() })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    expect(code).toBe(1)
    expectOne(
      findings.filter(({ level }) => level === 'problem'),
      'migrations-pending',
      /^1 migration is pending: 20260202000000_later$/,
    )
  })

  it('8. a port in use', async () => {
    await using other = createServer(ignore).listen(port, '127.0.0.1')
    await once(other, 'listening')
    const { problems } = await doctor()
    expectOne(problems, 'port-taken', new RegExp(`^Port ${port} .* is in use by another program`))
  })

  it('9. a clock that differs from the frontend’s', async () => {
    const respond = keys({ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'late' })
    await using late = await startKeyServer((request, response) => {
      response.setHeader('date', new Date(Date.now() - 120_000).toUTCString())
      respond(request, response)
    })
    const { problems } = await doctor({ BETTER_AUTH_URL: late.url, CORS_ORIGINS: late.url })
    expectOne(problems, 'clock-skew', /^This machine’s clock is 1\d\d s ahead of that of http/)
  })

  it('9. a clock that differs from Postgres’, too', async () => {
    const shift = 'const now = Date.now; Date.now = () => now() - 90_000'
    const { problems } = await doctor({
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(shift)}`,
    })
    expect(problems.map(({ id }) => id)).toEqual(['clock-skew', 'clock-skew'])
    expect(problems[0]?.message).toMatch(/clock is (89|9\d) s behind that of Postgres/)
  })

  it('10. a key server that is down, and one that never responds', async () => {
    const down = `http://127.0.0.1:${await freePort()}`
    const refused = await doctor({ BETTER_AUTH_URL: down, CORS_ORIGINS: down })
    expectOne(
      refused.problems,
      'keys-unreachable',
      /^Cannot fetch the frontend’s keys from .* ECONNREFUSED/,
    )
    await using silent = await startKeyServer(() => {})
    const env = { BETTER_AUTH_URL: silent.url, CORS_ORIGINS: silent.url }
    const { problems } = await doctor(env)
    expectOne(problems, 'keys-unreachable', /no response in \d+ ms/)
  })
})

describe('plinth doctor also reports', () => {
  it('a missing database, and a missing server', async () => {
    const { problems } = await doctor({ DATABASE_URL: server.url.replace(/postgres$/, 'nope') })
    expectOne(problems, 'database-name', /has no database of that name/)
    const closed = `postgres://ann:${password}@127.0.0.1:${await freePort()}/app`
    const away = await doctor({ DATABASE_URL: closed })
    expectOne(away.problems, 'database-unreachable', /cannot be reached: .*ECONNREFUSED/)
  })

  it('a server that accepts connections and never responds', async () => {
    await using silent = createServer(ignore).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port: there } = silent.address() as { port: number }
    const { problems } = await doctor({ DATABASE_URL: `postgres://a:b@127.0.0.1:${there}/app` })
    expectOne(problems, 'database-unreachable', /cannot be reached/)
  })

  it('nothing about a frontend whose Better Auth runs in the service', async () => {
    const modules = new URL('../../../../node_modules/better-auth', import.meta.url)
    symlinkSync(modules, join(project.folder, 'node_modules/better-auth'))
    project.write(
      'src/auth.ts',
      `import { betterAuth } from 'better-auth'
export const auth = betterAuth({ secret: '${secret}', baseURL: 'http://localhost:8000', telemetry: { enabled: false } })
`,
    )
    const down = `http://127.0.0.1:${await freePort()}`
    const { problems, warnings, findings } = await doctor({ BETTER_AUTH_URL: down })
    rmSync(join(project.folder, 'src/auth.ts'))
    expect([problems, warnings]).toEqual([[], []])
    expect(findings).toContainEqual({
      id: 'keys-unreachable',
      level: 'ok',
      message: 'Better Auth runs in this service',
    })
  })

  it('nothing about a frontend whose tokens no route of the app accepts, although BETTER_AUTH_URL is set', async () => {
    const routes = project.read('src/notes.ts')
    const withUrl = 'betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })'
    expect(routes).toContain(withUrl)
    const down = `http://127.0.0.1:${await freePort()}`
    project.write(
      'src/notes.ts',
      routes.replace(withUrl, 'betterAuth({ secret: env.BETTER_AUTH_SECRET })'),
    )
    const { problems, warnings, findings } = await doctor({ BETTER_AUTH_URL: down })
    project.write('src/notes.ts', routes)
    expect([problems, warnings]).toEqual([[], []])
    const ids = findings.map(({ id }) => id)
    expect(ids).not.toContain('keys-unreachable')
    expect(ids).not.toContain('frontend-origin')
  })

  it('every missing or wrong setting', async () => {
    const { problems } = await doctor({ PORT: 'many', CORS_ORIGINS: 'everybody' })
    expect(problems.map(({ id }) => id)).toEqual(['setting-wrong', 'setting-wrong'])
  })

  it.each([
    [
      'UTF-16',
      Buffer.from('\ufeffPORT=1\r\n', 'utf16le'),
      /^\.env is in UTF-16, and not in UTF-8$/,
    ],
    [
      'Latin-1',
      Buffer.from('A=1\nB=caf\u00e9\n', 'latin1'),
      /^\.env:2 has bytes that are not UTF-8/,
    ],
  ])('an .env file in %s', async (_, bytes, message) => {
    const file = join(project.folder, '.env')
    writeFileSync(file, bytes)
    try {
      const { problems } = await doctor()
      expectOne(problems, 'env-file', message)
    } finally {
      rmSync(file)
    }
  })

  it('a module with an error, by file and line', async () => {
    using broken = cliProject({ 'src/notes.ts': 'export const a = 1\nexport const = 2\n' })
    const { code, stdout } = await broken.plinth(['doctor'], { env: well() })
    expect(code).toBe(1)
    expect(stdout).toMatch(/service-load: src\/notes\.ts:2: /)
  })

  it('an app that cannot be loaded, and nothing that depends on it', async () => {
    const down = `http://127.0.0.1:${await freePort()}`
    const api = (more: string) => `import { app } from 'plinth'
import * as notes from './notes.ts'

export const api = app({ title: 'Notes', routes: { notes }, ${more} })
`
    using unready = cliProject({ 'src/api.ts': api(`frontend: 'dist'`) })
    const manifest = JSON.parse(unready.read('package.json')) as object
    unready.write('package.json', JSON.stringify({ ...manifest, scripts: { build: 'vite build' } }))
    const env = { ...well(), NODE_ENV: 'production', BETTER_AUTH_URL: down }
    const { code, stdout } = await unready.plinth(['doctor', '--json'], { env })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    expect(code).toBe(1)
    expectOne(
      findings.filter(({ level }) => level === 'problem'),
      'service-load',
      /frontend "dist": there is no index\.html in .*dist: build the frontend before the start with npm run build$/,
    )
    expect(findings.map(({ id }) => id)).not.toContain('keys-unreachable')
    const reached = findings.find(({ id }) => id === 'database-unreachable')
    expect(reached?.message).toMatch(/^127\.0\.0\.1:\d+\/postgres is reachable: Postgres 1/)
  })

  it('a frontend that is not up yet, as a warning if none is configured', async () => {
    const env = { BETTER_AUTH_SECRET: secret, DATABASE_URL: server.url, PORT: String(port) }
    const { stdout } = await project.plinth(['doctor', '--json'], { env })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    const keysFindings = findings.filter(({ id }) => id.startsWith('keys-'))
    // the developer may have a frontend on this port
    expect(keysFindings.map(({ level }) => level)).not.toContain('problem')
  })
})

it('plinth doctor prints for people: sign, id, sentence, arrow, fix', async () => {
  const { code, stdout } = await project.plinth(['doctor'], {
    env: { ...well(), DATABASE_URL: server.url.replace(password, 'not-the-password') },
  })
  expect(code).toBe(1)
  const shown = shownOutput('docs/cli.md', '1 problem, 0 warnings')
  const said = stdout
    .replace(process.version.slice(1), '24.21.0')
    .replace(`Port ${port}`, 'Port 8000')
    .replaceAll(frontend.url, 'http://localhost:3000')
    .replace(/\S+ \(DATABASE_URL, environment\)/, 'db.example.com/app (DATABASE_URL, .env:3)')
  if (!matches(shown, said)) expect(said).toBe(shown)
  // no colors without a terminal
  expect(stdout).not.toContain('\u001b')
})
