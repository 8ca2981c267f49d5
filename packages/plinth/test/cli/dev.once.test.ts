// `plinth dev`: a service that is loaded again, or restarted, after each change.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settledOutput } from '../docs/settled-output.ts'
import { shownOutput, shownOutputs } from '../docs/shown-output.ts'
import { cliProject, secret, type CliProject, type Run } from '../support/cli-project.ts'

let project: CliProject
let dev: Run
let url: string
const make = (): void => {
  project = cliProject()
}
const remove = async (): Promise<void> => {
  await dev?.[Symbol.asyncDispose]()
  project[Symbol.dispose]()
}

const start = (
  args: readonly string[] = ['--port', '0'],
  env: Readonly<Record<string, string | undefined>> = {},
): Run => {
  dev = project.run(['dev', ...args], { env: { BETTER_AUTH_SECRET: secret, ...env } })
  return dev
}

/** Waits for the startup message, and returns the address. */
async function served(): Promise<string> {
  const [, url = ''] = await dev.until(/API +(http:\/\/localhost:\d+)/)
  await dev.until(/Press Ctrl-C to stop/)
  return url
}

/** Changes a file, and waits for the output that follows. */
async function change(name: string, text: string, said: RegExp): Promise<void> {
  const from = dev.said.length
  project.write(name, text)
  await dev.until(said, from)
}

const lock = (): string => join(project.folder, '.plinth/dev.lock')
const locker = (): number => (JSON.parse(readFileSync(lock(), 'utf8')) as { pid: number }).pid

/** Output with the names of the service that the pages show. */
const asOnPages = (text: string, address: string): string =>
  settledOutput(text, new Map())
    .replaceAll(address, 'http://localhost:8000')
    .replaceAll('Notes on', 'Tasks on')
    .replaceAll('/api/notes', '/api/me')
    .replaceAll(/src\/notes\.ts(?::\d+)?/g, (place) =>
      place.includes(':') ? 'src/tasks.ts:43' : 'src/tasks.ts',
    )

/** Expects that a signal ends the command, and that nothing of it is left. */
async function endsAfter(signal: NodeJS.Signals): Promise<void> {
  dev.kill(signal)
  expect(await dev.ended).toBe(0)
  expect(() => readFileSync(lock())).toThrow(/ENOENT/)
  await expect(fetch(url)).rejects.toThrow()
}

describe('plinth dev, once started,', () => {
  beforeAll(async () => {
    make()
    start()
    url = await served()
  })
  afterAll(remove)

  it('applies migrations and prints one startup message, whose curl line works', async () => {
    const startup = asOnPages(dev.said, url)
    expect(startup).toBe(shownOutput('docs/cli.md', 'Press Ctrl-C'))
    expect(startup).toContain(shownOutput('docs/development-page.md', 'ready in'))
    expect(dev.said).toContain('applied 20260101000000_initial')
    expect(dev.said).toMatch(/Notes on plinth \d.*, ready in \d+ ms/)
    expect(dev.said).toContain(`Docs      ${url}/docs`)
    expect(dev.said).toContain('Database  pglite:./.plinth/dev (embedded Postgres)')
    const [, address = '', token = ''] = await dev.until(
      /^curl -s (\S+) -H 'Authorization: Bearer (\S+)'$/m,
    )
    const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } })
    expect([response.status, await response.json()]).toEqual([200, []])
    expect((await fetch(`${url}/docs`)).status).toBe(200)
    // the secret that signs it is never printed
    expect(dev.said).not.toContain(secret)
  })

  it('reports where an error is, serves the old code, and continues after it is fixed', async () => {
    const notes = project.read('src/notes.ts')
    const before = dev.said.length
    await change('src/notes.ts', `${notes}\nexport const = 1\n`, /still serves.*\n/)
    const mistake = asOnPages(dev.said.slice(before), url)
    const line = notes.split('\n').length + 1
    expect(dev.stderr).toContain(`src/notes.ts:${line}: `)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    const after = dev.said.length
    await change('src/notes.ts', notes, /notes\.ts changed: reloaded in.*\n/)
    const reload = asOnPages(dev.said.slice(after), url)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    for (const page of ['docs/cli.md', 'docs/development.md']) {
      expect(mistake, page).toBe(shownOutput(page, 'still serves'))
      expect(reload, page).toBe(shownOutputs(page, 'reloaded in')[0])
    }
  })

  it('reports in a sentence that its port is in use', async () => {
    const { port } = new URL(url)
    await using second = project.run(['dev', '--port', port], {
      env: { BETTER_AUTH_SECRET: secret, DATABASE_URL: 'pglite:memory' },
    })
    await second.until(/restarts after the next change/)
    expect(second.stderr).toMatch(/plinth: Port \d+ is in use .* \(PLINTH_PORT_IN_USE\)/)
    expect(second.said).not.toMatch(/^ +at /m)
  })

  it('survives an uncaught error', async () => {
    const api = project.read('src/api.ts')
    const crash = `${api}\nsetTimeout(() => { throw new Error('canary') }, 300)\n`
    await change('src/api.ts', crash, /The service stopped \(1\)/)
    expect(dev.said).toContain('canary')
    await change('src/api.ts', api, /api\.ts changed: restarted in/)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })

  it('exits with 0 after SIGTERM, and leaves no lock', async () => {
    await endsAfter('SIGTERM')
  })
})

describe('plinth dev', () => {
  beforeEach(make)
  afterEach(remove)

  it('loads a changed file again in the same process, and restarts for package.json, on the same port', async () => {
    // with the command's own compile cache
    start(['--port', '0'], { NODE_COMPILE_CACHE: undefined })
    url = await served()
    const first = locker()
    const title = async (): Promise<string> => {
      const document = await (await fetch(`${url}/openapi.json`)).json()
      return (document as { info: { title: string } }).info.title
    }
    const api = project.read('src/api.ts')
    await change(
      'src/api.ts',
      api.replace("'Notes'", "'Changed'"),
      /src.api\.ts changed: reloaded in/,
    )
    expect(await title()).toBe('Changed')
    expect(locker()).toBe(first)
    const manifest = project.read('package.json')
    await change('package.json', `${manifest}\n`, /package\.json changed: restarted in/)
    expect(await title()).toBe('Changed')
    // The second process used the compile cache of the first.
    expect(readdirSync(join(project.folder, 'node_modules/.cache/plinth'))).not.toEqual([])
    // another process opened the data directory, and did not find it locked
    expect(locker()).not.toBe(first)
    expect(dev.said).not.toContain('PLINTH_DATABASE_LOCKED')
    // printed once
    expect(dev.said.match(/Press Ctrl-C to stop/g)).toHaveLength(1)
  })

  it('starts with an error, too; adding a missing file is enough to continue', async () => {
    const notes = project.read('src/notes.ts')
    rmSync(join(project.folder, 'src/notes.ts'))
    start()
    await dev.until(/restarts after the next change/)
    expect(dev.stderr).toMatch(/Cannot find module .*notes\.ts/)
    await change('src/notes.ts', notes, /Press Ctrl-C to stop/)
    expect((await fetch(`${await served()}/health/live`)).status).toBe(200)
  })

  it('restarts after a change of .env, and applies new migrations without a restart', async () => {
    start()
    url = await served()
    await change('.env', 'CORS_ORIGINS=http://localhost:5173\n', /\.env changed: restarted in/)
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'GET' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    await change(
      'migrations/20260202000000_later/migration.sql',
      'alter table "notes" add "at" date;\n',
      /applied 20260202000000_later/,
    )
    await change(
      'migrations/20260303000000_last/migration.sql',
      'alter table "nots" add "b" date;\n',
      /20260303000000_last failed.*MIGRATION_FAILED[\s\S]*still serves/,
    )
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    await change(
      'migrations/20260303000000_last/migration.sql',
      'alter table "notes" add "b" date;\n',
      /applied 20260303000000_last/,
    )
  })

  it('reports changed models until a migration matches them', async () => {
    rmSync(join(project.folder, 'migrations'), { recursive: true })
    await project.plinth(['db', 'generate', '--name', 'first'])
    start()
    await served()
    const models = project.read('src/models.ts')
    await change(
      'src/models.ts',
      models.replace('userId: owner()', 'rank: z.int().default(0), userId: owner()'),
      /! The models changed since the newest migration. Write one with plinth db generate/,
    )
    expect(dev.said.match(/The models changed/g)).toHaveLength(1) // nothing at the start
    expect(dev.stderr).toContain('ALTER TABLE "notes" ADD COLUMN "rank"')
    const from = dev.said.length
    await project.plinth(['db', 'generate', '--name', 'rank'])
    await dev.until(/applied \d+_rank/, from)
    const again = dev.said.length
    await change('src/models.ts', `${project.read('src/models.ts')}\n`, /reloaded in/)
    await change('src/models.ts', models, /The models changed/)
    expect(dev.said.slice(again).match(/The models changed/g)).toHaveLength(1)
  })

  it('exits with 0 after SIGINT, and leaves no lock', async () => {
    start()
    url = await served()
    await endsAfter('SIGINT')
  })

  it('leaves no service behind when it is killed', async () => {
    start()
    url = await served()
    const pid = locker()
    dev.kill('SIGKILL')
    await dev.ended
    await expect.poll(() => isAlive(pid)).toBe(false)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('creates a secret at its first start, and does not restart because of it', async () => {
    dev = project.run(['dev', '--port', '0'])
    await served()
    expect(project.read('.env.local')).toMatch(/^BETTER_AUTH_SECRET=/)
    const from = dev.said.length
    await change('.env', 'PORT=0\n', /\.env changed: restarted in/)
    expect(dev.said.slice(0, from)).not.toContain('restarted in')
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
