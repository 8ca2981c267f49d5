// @module-tag registry
// From an empty folder to a running service, like a user: from the packed tarballs, outside the
// repository.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pack, type Packed } from '../../../scripts/build/pack.ts'
import { run, runWell, start, type Running } from '../../../scripts/packages/outside.ts'
import { contentProblems } from '../../../scripts/packages/package-contents.ts'
import { openBrowser } from '../../plinth/test/support/open-browser.ts'
import { startPostgres } from '../../plinth/test/support/postgres/postgres-server.ts'
import { usePage } from './support/use-page.ts'
import { freePort } from '../../../scripts/test/free-port.ts'

let folder: string
let app: string
let packed: Record<'plinth' | 'create-plinth', Packed>
let env: NodeJS.ProcessEnv
let began: number

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-create-'))
  app = join(folder, 'my-notes')
  const tarballs = join(folder, 'tarballs')
  packed = { plinth: pack('plinth', tarballs), 'create-plinth': pack('create-plinth', tarballs) }
  // npm uses its package cache; the files that `npm exec` unpacks are deleted with the folder
  const cache = join(folder, 'npm-cache')
  mkdirSync(cache)
  const usual = join(runWell('npm', ['config', 'get', 'cache'], { cwd: folder }).trim(), '_cacache')
  if (existsSync(usual)) symlinkSync(usual, join(cache, '_cacache'))
  env = { npm_config_cache: cache }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const create = (...args: string[]) =>
  run(
    'npm',
    [
      'exec',
      '--yes',
      `--package=file:${packed['create-plinth'].file}`,
      '--',
      'create-plinth',
      ...args,
    ],
    { cwd: folder, env },
  )
const read = (name: string): string => readFileSync(join(app, name), 'utf8')

describe('the tarballs', () => {
  it.each(['plinth', 'create-plinth'] as const)('%s has what users need, and no more', (name) => {
    expect(contentProblems(name, packed[name])).toEqual([])
  })

  it('are refused with sources, tests, or too many bytes', () => {
    const { files } = packed.plinth
    const added = ['src/app.ts', 'dist/app.test.js', 'dist/.env'].concat(files)
    const wrong = { ...packed.plinth, size: 5_000_000, files: added }
    expect(contentProblems('plinth', wrong)).toEqual([
      'unexpected: src',
      'not needed: src/app.ts',
      'not needed: dist/app.test.js',
      'not needed: dist/.env',
      'size is 5000000 bytes, and at most 3200000 are allowed',
    ])
  })

  it('include the files of the documentation page, with their licenses', () => {
    expect(packed.plinth.files.filter((file) => file.startsWith('assets/')).toSorted()).toEqual([
      'assets/devpage/page.css',
      'assets/devpage/page.js',
      'assets/docs/docs.css',
      'assets/docs/docs.js',
      'assets/docs/scalar.js',
      'assets/docs/sockets.js',
      'assets/scalar/LICENSE',
      'assets/scalar/standalone.js',
      'assets/scalar/style.css',
      'assets/swagger-ui/LICENSE',
      'assets/swagger-ui/NOTICE',
      'assets/swagger-ui/oauth2-redirect.html',
      'assets/swagger-ui/oauth2-redirect.js',
      'assets/swagger-ui/swagger-ui-bundle.js',
      'assets/swagger-ui/swagger-ui-bundle.js.LICENSE.txt',
      'assets/swagger-ui/swagger-ui.css',
    ])
  })
})

describe('npm create plinth', () => {
  it('creates a service with its own secret', () => {
    began = performance.now()
    const { code, stdout, stderr } = create('my-notes', '--web', '--plinth', packed.plinth.file)
    expect([code, stderr.replaceAll(/^npm (warn|notice).*\n?/gm, '')]).toEqual([0, ''])
    expect(stdout).toContain('  cd my-notes\n  npm install\n  npm run dev\n')
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: 'my-notes',
      dependencies: { plinth: `file:${packed.plinth.file}` },
    })
    expect(read('.gitignore')).toMatch(/^\.env$/m)
    expect(read('src/api.ts')).toContain("title: 'my-notes'")
    const [, secret = ''] = /^BETTER_AUTH_SECRET=(.+)$/m.exec(read('.env')) ?? []
    expect(Buffer.from(secret, 'base64')).toHaveLength(32)
    expect(statSync(join(app, '.env')).mode & 0o777).toBe(0o600)
  })

  it('installs without questions or problems', () => {
    runWell('npm', ['install', '--no-audit', '--no-fund'], { cwd: app, env })
    expect(existsSync(join(app, 'package-lock.json'))).toBe(true)
    // the command of its Dockerfile and its CI, which accepts less than npm install does
    runWell('npm', ['ci', '--dry-run', '--no-audit', '--no-fund'], { cwd: app, env })
  })
})

describe('npm run dev', () => {
  let dev: Running
  let url: string
  let headers: Record<string, string>

  beforeAll(async () => {
    dev = start('npm', ['run', 'dev', '--', '--port', '0'], { cwd: app, env })
    const [, address = '', token = ''] = await dev.until(/curl -s (\S+) -H '(?:.*): (Bearer .+)'/)
    url = address
    headers = { authorization: token, 'content-type': 'application/json' }
  })
  afterAll(() => dev?.[Symbol.asyncDispose]())

  const post = (body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })

  it('serves the request of its curl line', async () => {
    const response = await fetch(url, { headers })
    const seconds = (performance.now() - began) / 1000
    expect([response.status, await response.json()]).toEqual([200, { items: [], next: null }])
    console.log(`From an empty folder to the first 200: ${seconds.toFixed(1)} s`)
  })

  it('serves the types that its frontend was generated from', () => {
    runWell('npm', ['run', 'client', '--', '--check'], { cwd: app, env })
  })

  it('keeps the notes of their owners', async () => {
    const made = await post({ title: 'Milk' })
    expect([made.status, await made.json()]).toMatchObject([201, { title: 'Milk', userId: 'demo' }])
    expect((await post({ title: '' })).status).toBe(422)
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(new URL('/docs', url))).headers.get('content-type')).toContain('text/html')
  })

  it('loads the model and the routes again after a change, as in README.md', async () => {
    const [field, route] = [...read('README.md').matchAll(/^ +```ts\n([\s\S]+?)^ +```$/gm)].map(
      ([, code = '']) => code,
    )
    const edit = (name: string, change: (text: string) => string): void =>
      writeFileSync(join(app, name), change(read(name)))
    edit('src/models.ts', (text) => text.replace(/^ +text: .*\n/m, `$&${field}`))
    expect(runWell('npm', ['run', 'db:generate'], { cwd: app, env })).toMatch(/migrations\/\d+/)
    await dev.until(/applied \d+\S*pinned\n[\s\S]*reloaded in/)
    const from = dev.said.length
    edit('src/notes.ts', (text) => `${text}\n${route}`)
    await dev.until(/notes\.ts changed: reloaded in/, from)
    expect((await post({ title: 'Eggs', pinned: true })).status).toBe(201)
    const pinned = await fetch(`${url}/pinned`, { headers })
    expect([pinned.status, await pinned.json()]).toMatchObject([200, [{ title: 'Eggs' }]])
  })

  it('stops after Ctrl-C', async () => {
    await dev.stop()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

describe('afterwards', () => {
  it('npm create plinth refuses a folder that is not empty, and changes nothing', () => {
    const before = read('.env')
    const { code, stderr } = create('my-notes', '--yes')
    expect([code, read('.env')]).toEqual([1, before])
    expect(stderr).toMatch(
      /^create-plinth: .*my-notes is not empty: it has .* and \d+ more\. Choose/m,
    )
  })

  it('npm test and npm run check pass with the changes', () => {
    expect(runWell('npm', ['test'], { cwd: app, env })).toMatch(/Tests .*4 passed/)
    expect(runWell('npm', ['run', 'check'], { cwd: app, env })).toContain(
      'The models match the migrations',
    )
  })

  it('npm start is refused without the address of the frontend, which has a default in development alone', () => {
    const { code, stderr } = run('npm', ['start'], { cwd: app, env })
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        'BETTER_AUTH_URL is not set; write for example BETTER_AUTH_URL=https://example.com',
      ),
    ])
  })

  it('npm start serves the kept data in production mode', async () => {
    const production = { ...env, BETTER_AUTH_URL: 'http://localhost:3000' }
    await using server = start('npm', ['start', '--', '--port', '0'], { cwd: app, env: production })
    const [, port] = await server.until(/"url":"http:\/\/[^"]+:(\d+)"/)
    const token = runWell('npx', ['plinth', 'token', '--sub', 'demo'], { cwd: app, env }).trim()
    const response = await fetch(`http://127.0.0.1:${port}/api/notes`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { items: [{ title: 'Eggs' }, { title: 'Milk' }] },
    ])
    expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(404)
  })
})

describe('npm create plinth -- --auth', () => {
  let there: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    url = `http://localhost:${port}`
    there = { cwd: join(folder, 'accounts'), env: { ...env, PORT: `${port}` } }
    const { code, stderr } = create('accounts', '--auth', '--plinth', packed.plinth.file)
    expect(code, stderr).toBe(0)
    runWell('npm', ['install', '--no-audit', '--no-fund'], there)
  })

  const expected = {
    problem: 'Invalid email or password',
    notes: ['Milk'],
    cookie: { httpOnly: true, sameSite: 'Lax' },
    failures: [],
  }

  it(
    'makes a service that signs users up in a browser, with npm run dev',
    { tags: 'chromium' },
    async () => {
      await using dev = start('npm', ['run', 'dev'], there)
      await dev.until(/ready in/)
      expect(dev.said).toContain('applied the tables of Better Auth')
      await using browser = await openBrowser()
      expect(await usePage(browser, url, 'ann@example.com')).toMatchObject(expected)
      await dev.stop()
      await expect(fetch(url)).rejects.toThrow('fetch failed')
    },
  )

  it('makes tests that pass, and types and migrations that match', () => {
    expect(runWell('npm', ['test'], there)).toMatch(/Tests .*2 passed/)
    expect(runWell('npm', ['run', 'check'], there)).toContain('The models match the migrations')
  })

  it(
    'makes one process that serves the built page and the accounts on Postgres',
    { tags: ['chromium', 'postgres'] },
    async () => {
      const postgres = await startPostgres()
      const production = {
        ...there,
        env: { ...there.env, DATABASE_URL: postgres.url, BETTER_AUTH_URL: url },
      }
      try {
        runWell('npm', ['run', 'build'], production)
        expect(runWell('npm', ['run', 'db:migrate'], production)).toMatch(
          /applied the tables of Better Auth .*\napplied \d+_notes/,
        )
        expect(runWell('npx', ['plinth', 'db', 'check'], production)).toContain('match')
        await using server = start('npm', ['start'], production)
        await server.until(/"msg":"listening"/)
        await using browser = await openBrowser()
        expect(await usePage(browser, url, 'bob@example.com')).toMatchObject(expected)
        expect((await fetch(`${url}/api/nothing`)).status).toBe(404)
      } finally {
        await postgres.stop()
      }
    },
  )
})
