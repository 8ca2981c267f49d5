// While `plinth dev` runs, other processes use its embedded database.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'
import { cliProject, secret, type CliProject, type Run } from '../support/cli-project.ts'
import { pathOf } from '../support/external-programs.ts'

const files = {
  // Generated in the test, so that it has a snapshot.
  'migrations/20260101000000_initial/migration.sql': undefined,
  'src/api.ts': `import { app, router } from 'plinth'
import { sql } from 'drizzle-orm'
import { db } from './database.ts'
import { env } from './env.ts'

const notes = router('/notes', { dependencies: { db } })
const add = notes.post('/:text', {}, async ({ db, params }) => {
  await db.execute(sql\`insert into notes (text, user_id) values (\${params.text}, 'app')\`)
  return {}
})
const list = notes.get('/', {}, async ({ db }) =>
  (await db.execute('select text from notes order by text')).rows,
)
export const api = app({ title: 'Notes', routes: { notes: { add, list } }, cors: { origins: env.CORS_ORIGINS } })
`,
  'src/seed.ts': `import type { Database } from 'plinth'
export default async (db: Database) => {
  await db.execute("insert into notes (text, user_id) values ('seed', 'seed')")
}
`,
  'script.ts': `import { db } from './src/database.ts'
await db.transaction(async (tx) => {
  await tx.execute("insert into notes (text, user_id) values ('script', 'script')")
})
console.log(JSON.stringify((await db.execute('select text from notes order by text')).rows))
await db.close()
`,
} as const

const env = { BETTER_AUTH_SECRET: secret }
let project: CliProject
let dev: Run
let api: string
beforeAll(async () => {
  project = cliProject(files)
  await project.plinth(['db', 'generate', '--name', 'models'], { env })
  dev = project.run(['dev', '--port', '0'], { env })
  api = (await dev.until(/API +(http:\/\/localhost:\d+)/))[1] ?? ''
  await dev.until(/Press Ctrl-C to stop/)
})
afterAll(async () => {
  await dev?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
})

const texts = async (): Promise<string[]> =>
  ((await (await fetch(`${api}/notes`)).json()) as { text: string }[]).map(({ text }) => text)
const post = async (text: string): Promise<void> => {
  const { status } = await fetch(`${api}/notes/${text}`, { method: 'POST' })
  expect(status).toBe(200)
}
const databaseUrl = async (): Promise<string> => {
  const { stdout, stderr } = await project.plinth(['db', 'url'], { env })
  expect(stderr).toBe('')
  return stdout.trim()
}
const plinth = (...args: string[]) => project.plinth(args, { env })

describe('while plinth dev runs', () => {
  it('plinth db works: status, check, seed, and the URL, which dev does not print', async () => {
    expect(dev.said).toContain('psql "$(npx plinth db url)"')
    const status = await plinth('db', 'status')
    expect([status.code, status.stderr]).toEqual([0, ''])
    expect(status.stdout).toMatch(/pglite:\.\/\.plinth\/dev: \d applied, 0 pending/)
    const check = await plinth('db', 'check')
    expect(check.stdout).toBe('The models, the migrations and the database match.\n')
    expect((await plinth('db', 'migrate')).stdout).toBe('The database is up to date\n')
    expect((await plinth('db', 'seed')).stdout).toContain('seeded')
    expect(await texts()).toEqual(['seed'])
    const url = new URL(await databaseUrl())
    expect(url.hostname).toBe('127.0.0.1')
    expect(dev.said).not.toContain(url.password)
    const doctor = await plinth('doctor', '--json')
    expect(doctor.stdout).toContain('plinth dev (process ')
    expect(doctor.stdout).toContain('Every migration is applied')
  })

  it('a script and the app see each other’s rows', async () => {
    await post('app')
    await using script = project.run([], { env, script: join(project.folder, 'script.ts') })
    expect(await script.ended, script.said).toBe(0)
    expect(JSON.parse(script.stdout)).toEqual([
      { text: 'app' },
      { text: 'script' },
      { text: 'seed' },
    ])
    expect(await texts()).toEqual(['app', 'script', 'seed'])
  })

  it('plinth console uses the same database', async () => {
    const counted = await plinth('console', '--eval', 'db.$count(Note)')
    expect([counted.code, counted.stdout]).toEqual([0, `${(await texts()).length}\n`])
  })

  it('psql works, with meta-commands and \\copy', { tags: 'psql' }, async () => {
    const input = `\\d notes
\\copy notes (text, user_id) from stdin
psql	psql
\\.
select count(*) from notes;
`
    const url = await databaseUrl()
    const { stdout, stderr } = spawnSync(pathOf('psql'), [url, '-qAt'], {
      input,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toContain('user_id|text||not null|')
    expect(stdout).toMatch(/\n4\n$/)
    expect(await texts()).toContain('psql')
  })

  it('another folder’s migrations are applied through it, after a backup', async () => {
    using other = cliProject({
      ...migrationsOf(project),
      'migrations/29990101000000_later/migration.sql': 'create table "later" ("id" integer);\n',
    })
    const at = { ...env, DATABASE_URL: `pglite:${join(project.folder, '.plinth/dev')}` }
    const [one, two] = await Promise.all([
      other.plinth(['db', 'migrate'], { env: at }),
      other.plinth(['db', 'migrate'], { env: at }),
    ])
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0])
    expect(one.stdout + two.stdout).toContain('applied 29990101000000_later')
    expect(one.stdout + two.stdout).toContain('The database is up to date')
    const [backup = ''] = readdirSync(join(project.folder, '.plinth/backups'))
    expect(backup).toMatch(/^dev-.*\.tar\.gz$/)
    expect(await texts()).toContain('app')
  })

  it('a second plinth dev, and production, are told who holds the database', async () => {
    await using second = project.run(['dev', '--port', '0'], { env })
    await second.until(/restarts after the next change/)
    expect(second.stderr).toMatch(
      /is in use by plinth dev \(process \d+\): stop it, or give this one another directory in DATABASE_URL \(PLINTH_DATABASE_LOCKED\)/,
    )
    second.kill('SIGTERM')
    await second.ended
    const production = { ...env, NODE_ENV: 'production' }
    const status = await project.plinth(['db', 'status'], { env: production })
    expect([status.code, status.stderr]).toEqual([
      1,
      expect.stringContaining('in use by plinth dev'),
    ])
    await post('still here')
  })

  it('no acknowledged row is lost, and no other is kept, when clients are killed 60 times', async () => {
    const url = await databaseUrl()
    const client = new Client(url)
    await client.connect()
    await client.query('create table acknowledged (id text primary key)')
    const acknowledged = new Set<string>()
    const round = async (n: number): Promise<void> => {
      const child = writer(project, url, n)
      const died = once(child, 'close')
      let text = ''
      child.stdout?.on('data', (part: Buffer) => (text += part.toString()))
      while (!text.includes('\n')) await once(child.stdout!, 'data')
      await new Promise((resolve) => setTimeout(resolve, (n * 37) % 60))
      child.kill('SIGKILL')
      await died
      for (const id of text.split('\n').slice(0, -1)) acknowledged.add(id)
    }
    for (let n = 0; n < 60; n += 3) {
      await Promise.all([round(n), round(n + 1), round(n + 2)])
      await post(`during ${n}`)
    }
    const { rows } = await client.query<{ id: string }>('select id from acknowledged')
    const found = new Set(rows.map(({ id }) => id))
    expect([...acknowledged].filter((id) => !found.has(id))).toEqual([])
    expect(acknowledged.size).toBeGreaterThanOrEqual(60)
    expect(rows.filter(({ id }) => id.startsWith('uncommitted'))).toEqual([])
    await client.end()
  })

  it('clients stay connected while the code is loaded again', async () => {
    const client = new Client(await databaseUrl())
    await client.connect()
    const from = dev.said.length
    project.write('src/database.ts', `${project.read('src/database.ts')}\n`)
    await dev.until(/reloaded in/, from)
    await client.query("insert into notes (text, user_id) values ('kept', 'kept')")
    expect(await texts()).toContain('kept')
    await client.end()
  })

  it('clients are told that it restarts, and reach it again at the same address', async () => {
    const url = await databaseUrl()
    const client = new Client(url)
    const ended = new Promise<Error>((resolve) => client.on('error', resolve))
    await client.connect()
    await client.query("begin; insert into notes (text, user_id) values ('lost', 'lost')")
    const from = dev.said.length
    project.write('package.json', `${project.read('package.json')}\n`)
    expect(await ended).toMatchObject({
      code: '57P01',
      message: expect.stringContaining('restart'),
    })
    await dev.until(/restarted in/, from)
    expect(await databaseUrl()).toBe(url)
    expect(await texts()).not.toContain('lost')
  })

  it('plinth db reset empties it, and the app goes on', async () => {
    const reset = await plinth('db', 'reset', '--yes', '--no-seed')
    expect([reset.code, reset.stderr]).toEqual([0, ''])
    expect(await texts()).toEqual([])
    await post('after')
    expect(await texts()).toEqual(['after'])
    const restore = await plinth('db', 'reset', '--yes', '--restore')
    expect([restore.code, restore.stderr]).toEqual([
      1,
      expect.stringContaining('in use by plinth dev'),
    ])
  })

  it('leaves no file behind, and a killed one leaves none that counts', async () => {
    const file = join(project.folder, '.plinth/dev.gateway')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const holder = JSON.parse(readFileSync(join(project.folder, '.plinth/dev.lock'), 'utf8')) as {
      pid: number
    }
    process.kill(holder.pid, 'SIGKILL')
    await dev.until(/The service stopped/)
    expect(existsSync(file)).toBe(true)
    const alone = await plinth('db', 'url')
    expect([alone.code, alone.stderr]).toEqual([
      1,
      expect.stringContaining('no process shares it: start plinth dev'),
    ])
    expect((await plinth('db', 'status')).code).toBe(0)
    const from = dev.said.length
    project.write('src/api.ts', `${project.read('src/api.ts')}\n`)
    await dev.until(/restarted in/, from)
    expect(await texts()).toEqual(['after'])
    dev.kill('SIGTERM')
    await dev.ended
    expect(existsSync(file)).toBe(false)
  })
})

/** The migrations of a project, as its files. */
const migrationsOf = ({ folder }: CliProject): Record<string, string | undefined> => ({
  'migrations/20260101000000_initial/migration.sql': undefined,
  ...Object.fromEntries(
    readdirSync(join(folder, 'migrations'), { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, 'migrations', name)).isFile())
      .map((name) => [
        `migrations/${name}`,
        readFileSync(join(folder, 'migrations', name), 'utf8'),
      ]),
  ),
})

/** A process that writes rows until it is killed, some alone and some in a transaction. Prints each that was kept. */
function writer({ folder }: CliProject, url: string, n: number): ChildProcess {
  const script = `import { createRequire } from 'node:module'
const { Client } = createRequire(${JSON.stringify(import.meta.url)})('pg')
const client = new Client(process.env.TARGET)
await client.connect()
for (let i = 0; ; i += 1) {
  await client.query('insert into acknowledged values ($1)', ['${n}-' + i])
  console.log('${n}-' + i)
  await client.query('begin')
  await client.query('insert into acknowledged values ($1)', ['uncommitted-${n}-' + i])
  await client.query('insert into acknowledged values ($1)', ['${n}-t' + i])
  await client.query('delete from acknowledged where id = $1', ['uncommitted-${n}-' + i])
  await client.query('commit')
  console.log('${n}-t' + i)
}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { ...childEnvironment(), TARGET: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
