// The `plinth` command: output for people and programs, wrong usage, and finding the service.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { cliProject, secret, serviceFiles, type CliProject } from '../support/cli-project.ts'

let project: CliProject
beforeAll(() => {
  project = cliProject()
})
afterAll(() => project[Symbol.dispose]())

const env = { BETTER_AUTH_SECRET: secret }
const plinth = (...args: string[]) => project.plinth(args, { env })

describe('plinth', () => {
  it('without arguments shows its help, with examples', async () => {
    const { code, stdout, stderr } = await plinth()
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: plinth/)
    for (const name of [
      'dev',
      'start',
      'db',
      'routes',
      'openapi',
      'client',
      'token',
      'env',
      'doctor',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    expect(stdout).toContain('Examples:')
    expect((await plinth('--help')).stdout).toBe(stdout)
    expect((await plinth('token', '--help')).stdout).toContain('Example:')
  })

  it('with --version prints its version', async () => {
    const { code, stdout } = await plinth('--version')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)])
  })

  const wrong: readonly (readonly [words: string, said: RegExp])[] = [
    ['rotes', /unknown command 'rotes'\n\(Did you mean routes\?\)/],
    ['routes --jsn', /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    ['db diagram --format png', /Allowed choices are svg, mermaid/],
    ['routes all', /too many arguments/],
    ['dev --prot 9', /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['dev --port 99999', /whole number from 0 to 65535/],
    ['start --workers none', /whole number from 1 to 256, or auto/],
    ['db migrat', /unknown command 'migrat'\n\(Did you mean migrate\?\)/],
    ['token', /required option '--sub <id>' not specified/],
    ['token --sub ann --expires soon', /Write it as 90s, 15m, 1h or 7d/],
    ['token --sub ann --claims [1]', /Write a JSON object/],
    ['token --sub ann --claims {"exp":1}', /"exp" has its own option/],
    ['token --sub ann --claims {"email":"a@b.c"}', /use --email/],
  ]
  it.each(wrong)(
    'called wrongly as "plinth %s" exits with 2 and suggests the fix',
    async (words, said) => {
      const { code, stdout, stderr } = await plinth(...words.split(' '))
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(said)
    },
  )
})

describe('plinth prints', () => {
  it('the routes, with their inputs and errors', async () => {
    const { code, stdout, stderr } = await plinth('routes')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'METHOD  PATH        OPERATION     DEPENDENCIES      ERRORS',
      'GET     /api/notes  notes.list    bearer, user, db  401',
      'POST    /api/notes  notes.create  bearer, user, db  401 422',
    ])
    const json = await plinth('routes', '--json')
    expect(JSON.parse(json.stdout)).toEqual([
      {
        method: 'GET',
        path: '/api/notes',
        operation: 'notes.list',
        dependencies: ['bearer', 'user', 'db'],
        status: 200,
        errors: [400, 401, 500, 503],
      },
      {
        method: 'POST',
        path: '/api/notes',
        operation: 'notes.create',
        dependencies: ['bearer', 'user', 'db'],
        status: 201,
        errors: [400, 401, 413, 415, 422, 500, 503],
      },
    ])
  })

  it('the graph of the routes or of one route, as Mermaid text or as an SVG file', async () => {
    const all = await plinth('routes', '--graph')
    expect([all.code, all.stderr]).toEqual([0, ''])
    expect(all.stdout).toMatch(/^---\ntitle: "Routes"\n---\nflowchart LR\n/)
    const one = await plinth('routes', '--graph', 'notes.create', '--out', 'create.svg')
    expect([one.code, one.stdout]).toEqual([0, ''])
    expect(project.read('create.svg')).toMatch(/^<svg .*\n<title id="title">POST \/api\/notes</)
    const unknown = await plinth('routes', '--graph', 'notes.add')
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain(
      'There is no operation "notes.add". Expected one of: notes.list, notes.create',
    )
  })

  it('the diagram of the models, in the format that the file asks for', async () => {
    const written = await plinth('db', 'diagram', '--out', 'models.mmd')
    expect([written.code, written.stdout]).toEqual([0, ''])
    expect(project.read('models.mmd')).toContain('  t0["notes"] {\n    uuid id PK\n')
    const wrong = await plinth('db', 'diagram', '--out', 'models.png')
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('give the file the ending .svg or .mmd')
  })

  it('the OpenAPI document to standard output or a file, and checks whether the file is up to date', async () => {
    const { code, stdout } = await plinth('openapi')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      openapi: '3.1.1',
      info: { title: 'Notes', version: '1.2.3' },
    })
    expect((await plinth('openapi', '--out', 'openapi.json', '--check')).code).toBe(1)
    const written = await plinth('openapi', '--out', 'openapi.json')
    expect([written.code, written.stdout]).toEqual([0, ''])
    expect(project.read('openapi.json')).toBe(stdout)
    expect((await plinth('openapi', '--out', 'openapi.json', '--check')).code).toBe(0)
    project.write('openapi.json', '{}')
    const stale = await plinth('openapi', '--out', 'openapi.json', '--check')
    expect(stale.code).toBe(1)
    expect(stale.stderr).toContain('differs: run plinth openapi --out openapi.json')
    expect(project.read('openapi.json')).toBe('{}')
  })

  it('the types of a client', async () => {
    const { code, stdout } = await plinth('client')
    expect(code).toBe(0)
    expect(stdout).toContain("'notes.create'")
    expect(stdout).toContain('export interface Api')
  })

  it('a token that the service accepts, with the requested claims', async () => {
    const { code, stdout, stderr } = await plinth(
      ...'token --sub ann --expires 2h --email ann@example.com --claims {"role":"admin"}'.split(
        ' ',
      ),
    )
    expect([code, stderr]).toEqual([0, ''])
    const claims = decodeJwt(stdout.trim())
    expect(claims).toMatchObject({
      sub: 'ann',
      role: 'admin',
      iss: 'http://localhost:3000',
      user: { email: 'ann@example.com' },
    })
    expect(claims.exp! - claims.iat!).toBe(7200)
    expect(claims).not.toHaveProperty('email')
    const json = await plinth('token', '--sub', 'bea', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ sub: 'bea', token: expect.any(String) })
  })

  it('a token in production only with --force, and never without a secret', async () => {
    const production = { ...env, NODE_ENV: 'production' }
    const refused = await project.plinth(['token', '--sub', 'ann'], { env: production })
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(/^plinth: This is production .*PLINTH_COMMAND_REFUSED/)
    const forced = await project.plinth(['token', '--sub', 'ann', '--force'], { env: production })
    expect([forced.code, forced.stdout.split('.').length]).toEqual([0, 3])
    using bare = cliProject({ 'src/env.ts': undefined })
    const none = await bare.plinth(['token', '--sub', 'ann'])
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('is not set')])
  })

  it('the settings with their sources, and no secret', async () => {
    using other = cliProject({ '.env': `PORT=1234\nDATABASE_URL=postgres://a:canary-pw@db/app\n` })
    const { code, stdout } = await other.plinth(['env'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^PORT +\.env:1 +1234$/m)
    expect(stdout).toMatch(/^BETTER_AUTH_SECRET +environment +\[redacted\]$/m)
    expect(stdout).toMatch(/^BETTER_AUTH_URL +default +http:\/\/localhost:3000$/m)
    const json = await other.plinth(['env', '--json'], { env })
    expect(JSON.parse(json.stdout)).toMatchObject({ mode: 'development', settings: { length: 5 } })
    for (const text of [stdout, json.stdout]) {
      expect(text).not.toContain('canary-pw')
      expect(text).not.toContain(secret)
    }
  })
})

describe('plinth --json', () => {
  it('writes one document to standard output, whatever the service prints while it loads', async () => {
    using chatty = cliProject({
      'src/api.ts': `console.log('hello')\nprocess.stdout.write('there\\n')\n${serviceFiles['src/api.ts']}`,
    })
    for (const words of [['routes', '--json'], ['openapi'], ['doctor', '--json']]) {
      const { stdout, stderr } = await chatty.plinth(words, { env })
      expect(() => JSON.parse(stdout) as unknown, words.join(' ')).not.toThrow()
      expect(stderr).toContain('hello\nthere')
    }
  })

  it('writes an error as the document', async () => {
    using empty = cliProject({ 'src/api.ts': undefined })
    const { code, stdout, stderr } = await empty.plinth(['routes', '--json'])
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'PLINTH_PROJECT_INVALID', message: expect.stringContaining('There is no') },
    })
  })
})

describe('the service', () => {
  it('is found from a subfolder, with its .env', async () => {
    project.write('.env.local', 'PORT=4321\n')
    const below = join(project.folder, 'src/deep')
    mkdirSync(below, { recursive: true })
    const { code, stdout } = await project.plinth(['env'], { env, cwd: below })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^PORT +\.env\.local:1 +4321$/m)
  })

  it('may have its files elsewhere, under any name', async () => {
    using other = cliProject({
      'package.json': JSON.stringify({
        name: 'other',
        type: 'module',
        plinth: { api: 'server/main.ts', env: 'server/main.ts' },
      }),
      'src/api.ts': undefined,
      'src/env.ts': undefined,
      'server/main.ts': `import { app, settings } from 'plinth'
import * as z from 'zod'
export const config = settings({ GREETING: z.string().default('hello') })
export const server = app({ title: config.GREETING, routes: {} })
`,
    })
    expect(JSON.parse((await other.plinth(['openapi'])).stdout)).toMatchObject({
      info: { title: 'hello' },
    })
    expect((await other.plinth(['env'])).stdout).toMatch(/^GREETING +default +hello$/m)
  })

  const broken: readonly (readonly [string, Record<string, string | undefined>, RegExp])[] = [
    ['has no api file', { 'src/api.ts': undefined }, /There is no .*api\.ts: set its path/],
    [
      'exports no app',
      { 'src/api.ts': 'export const api = 1\n' },
      /does not export anything made by app\(\)/,
    ],
    [
      'exports two apps, and none is named api',
      {
        'src/api.ts': `import { app } from 'plinth'
export const one = app({ title: 'One', routes: {} })
export const two = app({ title: 'Two', routes: {} })
`,
      },
      /exports 2 values made by app\(\): name the one to use "api"/,
    ],
    ['has a syntax error', { 'src/notes.ts': '\n\nexport const = 1\n' }, /src\/notes\.ts:3: /],
    [
      'throws',
      { 'src/notes.ts': '\nnull.x\n' },
      /src\/notes\.ts:2: Cannot read properties of null/,
    ],
    ['imports a missing file', { 'src/notes.ts': "import './no.ts'\n" }, /Cannot find module/],
    ['has an invalid package.json', { 'package.json': '{' }, /package\.json cannot be read/],
    [
      'has a wrong key in package.json',
      { 'package.json': JSON.stringify({ plinth: { app: 'x.ts' } }) },
      /plinth: .*"plinth" key has paths under api, database, models, migrations, env/,
    ],
  ]
  it.each(broken)('that %s is refused with a sentence', async (_, files, said) => {
    using wrong = cliProject(files)
    const { code, stdout, stderr } = await wrong.plinth(['routes'], { env })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(said)
    expect(stderr).toMatch(/\(PLINTH_PROJECT_INVALID\)\n$/)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('must exist', async () => {
    const { code, stderr } = await project.plinth(['routes'], { cwd: '/' })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^plinth: There is no package\.json/)])
  })

  it('must have a copy of plinth, and the same one', async () => {
    using foreign = cliProject({
      'node_modules/plinth/package.json': JSON.stringify({ name: 'plinth', main: 'index.js' }),
      'node_modules/plinth/index.js': '',
    })
    const { code, stderr } = await foreign.plinth(['routes'], { env })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/another copy.*run npx plinth/)])
  })

  it('may be the reference backend', async () => {
    const cwd = fileURLToPath(new URL('../../../../apps/api', import.meta.url))
    // the backend uses the sources, so the command must be theirs
    const script = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const { code, stdout } = await project.plinth(['routes', '--json'], { env, cwd, script })
    expect(code).toBe(0)
    const rows = JSON.parse(stdout) as { operation: string; errors: number[] }[]
    expect(rows.map(({ operation }) => operation)).toContain('tasks.complete')
    expect(rows.find(({ operation }) => operation === 'tags.create')?.errors).toContain(409)
  })
})

describe('colors', () => {
  it('are only used on a terminal or on request', async () => {
    for (const more of [{}, { NO_COLOR: '1' }]) {
      const { stdout } = await project.plinth(['routes'], { env: { ...env, ...more } })
      expect(stdout).not.toContain('\u001b')
    }
    const forced = await project.plinth(['routes'], { env: { ...env, FORCE_COLOR: '1' } })
    expect(forced.stdout).toContain('\u001b[1mMETHOD')
  })
})
