import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken } from '../../src/auth/jwt/create-token.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const text = readFileSync(join(root, 'README.md'), 'utf8')
const block = /^```ts\n\/\/ (?<name>[\w-]+\.ts)\n(?<code>[\s\S]*?)^```/m.exec(text)?.groups
const manifest = /^```json\n(?<json>[\s\S]*?)^```/m.exec(text)?.groups
/** The two `npx …` commands of the shell block after the example, without their comments. */
const commands = /^```sh\nnpx (?<first>.+?) +#.*\nnpx (?<second>.+?) +#.*\n```/m.exec(text)?.groups

const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'
let folder: string
let server: ChildProcess
let url: string

/** The environment of the developer's shell without the variables that the example reads. */
const environment = {
  ...process.env,
  NODE_ENV: undefined,
  VITEST: undefined,
  PORT: '0',
  BETTER_AUTH_SECRET: secret,
}

beforeAll(async () => {
  if (!block || !manifest || !commands)
    throw new Error('README.md has no example, or no package.json and commands after it')
  // Below the root, so that its imports are found like in a user's project.
  mkdirSync(join(root, '.plinth'), { recursive: true })
  folder = mkdtempSync(join(root, '.plinth', 'readme-'))
  writeFileSync(join(folder, block['name']!), block['code']!)
  writeFileSync(join(folder, 'package.json'), manifest['json']!)
  const [first = [], second = []] = Object.values(commands).map((command) => {
    const [tool = '', ...args] = command.split(' ')
    return [join(root, 'node_modules', '.bin', tool), ...args]
  })
  await promisify(execFile)(process.execPath, first, { cwd: folder, env: environment })

  server = spawn(process.execPath, second, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: server.stdout! })) {
    url = /^ *Docs +(?<api>http\S+)\/docs$/.exec(line)?.groups?.['api'] ?? ''
    if (url) break
  }
  expect(url).toMatch(/^http:\/\/localhost:\d+$/)
})

afterAll(async () => {
  if (server?.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const call = async (path: string, user?: string, init: RequestInit = {}) =>
  fetch(`${url}${path}`, {
    ...init,
    headers: {
      ...(init.body !== undefined && { 'content-type': 'application/json' }),
      ...(user !== undefined && {
        authorization: `Bearer ${await createToken(secret, { sub: user })}`,
      }),
    },
  })
const post = (user: string | undefined, body: object) =>
  call('/api/tasks', user, { method: 'POST', body: JSON.stringify(body) })

describe('the example of README.md', () => {
  it('responds with 401 without a token, whatever is sent', async () => {
    const response = await post(undefined, { nonsense: true })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'PLINTH_UNAUTHORIZED' })
  })

  it('responds with 201 and the row, and lists it for its owner alone', async () => {
    const response = await post('ann', { title: 'Write', dueAt: '2027-01-31T12:00:00.000Z' })
    expect(response.status).toBe(201)
    const row = await response.json()
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Write',
      dueAt: '2027-01-31T12:00:00.000Z',
      userId: 'ann',
    })
    const mine = await call('/api/tasks', 'ann')
    expect([mine.status, await mine.json()]).toEqual([200, { items: [row], next: null }])
    const hers = await call('/api/tasks', 'bea')
    expect([hers.status, await hers.json()]).toEqual([200, { items: [], next: null }])
  })

  it('lists the tasks of the caller whose time has passed', async () => {
    await post('ann', { title: 'Late', dueAt: '2020-01-31T12:00:00.000Z' })
    const late = await call('/api/tasks/overdue', 'ann')
    expect([late.status, await late.json()]).toEqual([
      200,
      [expect.objectContaining({ title: 'Late' })],
    ])
    const hers = await call('/api/tasks/overdue', 'bea')
    expect(await hers.json()).toEqual([])
  })

  it('responds with a 422 that names all problems', async () => {
    const response = await post('ann', { title: '', dueAt: 'soon' })
    expect(response.status).toBe(422)
    const { errors } = (await response.json()) as { errors: { path: string[] }[] }
    expect(errors.map(({ path }) => path.join('.'))).toEqual(['title', 'dueAt'])
  })

  it.each(['id', 'userId'])('responds with 422 to a body with %s', async (name) => {
    const response = await post('ann', { title: 'Mine', [name]: 'bea' })
    expect(response.status).toBe(422)
  })

  it('serves its documentation page', async () => {
    const page = await call('/docs')
    expect(page.headers.get('content-type')).toContain('text/html')
    const document = (await (await call('/openapi.json')).json()) as { paths: object }
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/api/tasks',
      '/api/tasks/overdue',
      '/api/tasks/{id}',
    ])
  })

  it('exits with 0 after SIGTERM', async () => {
    server.kill('SIGTERM')
    const [code] = await once(server, 'exit')
    expect(code).toBe(0)
  })
})
