// Clients that other tools generate from the document: openapi-typescript with openapi-fetch, @hey-api/openapi-ts and orval.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createToken, serve, type Database, type ServerHandle } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { everythingApp } from '../support/everything/app.ts'
import { fastapiService, Item } from './fastapi-service.ts'
import { filesService } from './files-service.ts'

vi.stubEnv('DATABASE_URL', 'pglite:memory')
vi.stubEnv('BETTER_AUTH_SECRET', 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo')
const { api: tasks } = await import('../../../../apps/api/src/api.ts')
const { env } = await import('../../../../apps/api/src/env.ts')

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const generators = join(root, 'packages/client-generators')
const run = promisify(execFile)

let folder: string
let db: Database
let servers: Readonly<Record<'items' | 'tasks' | 'files', ServerHandle>>

beforeAll(async () => {
  // Below the root, so that imports are found like in a project.
  mkdirSync(join(root, '.plinth'), { recursive: true })
  folder = mkdtempSync(join(root, '.plinth', 'clients-'))
  db = await testDatabase({ models: { Item } })
  const apis = { items: fastapiService(db), tasks, files: filesService() }
  const started = Object.entries(apis).map(
    async ([name, api]) =>
      [name, await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })] as const,
  )
  servers = Object.fromEntries(await Promise.all(started)) as typeof servers
  for (const [name, api] of Object.entries({ ...apis, everything: everythingApp(db) })) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'document.json'), JSON.stringify(api.openapi()))
  }
  await run(process.execPath, [join(generators, 'generate.ts'), folder], { cwd: generators })
  cpSync(join(generators, 'calls'), folder, { recursive: true })
})
afterAll(async () => {
  await Promise.all(Object.values(servers ?? {}).map((server) => server.close()))
  await db?.close()
  rmSync(folder, { recursive: true, force: true })
})

it('they compile with the strictest options of TypeScript, and so do calls of every kind', async () => {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'preserve',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  )
  const errors = stdout.split('\n').filter((line) => /^\S+\(\d+,\d+\): /.test(line))
  const known = [
    // the runtime that hey-api copies into each client, whatever the document, is not written for this option
    /^\w+\/hey-api\/(?:client|core)\/.*exactOptionalPropertyTypes/,
    // a list of itself, such as z.json(): https://github.com/openapi-ts/openapi-typescript/issues/1603
    /^everything\/openapi-typescript\.ts.* TS2502: '__schema\d+' is referenced/,
  ]
  expect(errors.filter((line) => !known.some((each) => each.test(line)))).toEqual([])
})

interface Calls<T> {
  readonly use: (url: string, token?: string) => Promise<T>
}
/** The calls of the clients of a document, with their outcome. */
async function outcomeOf(api: keyof typeof servers, client: string, token?: string) {
  const calls = (await import(join(folder, api, `${client}.ts`))) as Calls<object>
  return await calls.use(servers[api].url, token)
}

describe.each(['openapi-fetch', 'hey-api', 'orval'])('a client of %s', (client) => {
  it('logs in with a form, and creates, lists, reads, changes and deletes items in the format of FastAPI', async () => {
    const item = { id: expect.any(Number), title: 'One', description: null, owner_id: 'ann' }
    expect(await outcomeOf('items', client)).toEqual({
      login: 'bearer',
      created: item,
      listed: { data: [item], count: 1 },
      read: item,
      updated: { ...item, description: 'new' },
      deleted: { message: 'Item deleted successfully' },
      missing: { status: 404, detail: 'Item not found' },
      invalid: {
        status: 422,
        detail: [{ type: 'too_small', loc: ['body', 'title'], msg: expect.any(String) }],
      },
    })
  })

  it('filters and sorts the tasks of the reference backend, and reads its problem documents', async () => {
    const token = await createToken(env.BETTER_AUTH_SECRET, { sub: client })
    const task = {
      title: 'Milk',
      priority: 'high',
      dueAt: null,
      completed: false,
      userId: client,
      tags: [{ id: expect.any(String), name: 'home' }],
    }
    expect(await outcomeOf('tasks', client, token)).toMatchObject({
      created: task,
      listed: { items: [task], next: null },
      read: task,
      updated: { ...task, dueAt: '2026-12-24T18:00:00.000Z' },
      removed: 204,
      missing: { status: 404, code: 'PLINTH_NOT_FOUND' },
      invalid: { status: 422, path: ['title'] },
      anonymous: 401,
    })
  })

  it('uploads and downloads bytes, reads text and pages, and tells several responses apart', async () => {
    const stored = { name: 'one', type: 'image/png', size: 6, tags: ['a', 'b'] }
    expect(await outcomeOf('files', client)).toMatchObject({
      uploaded: stored,
      listed: { files: [stored], source: 'web' },
      downloaded: '0 255 254 10 13 128',
      page: '<p>one: 6</p>',
      summary: 'one: 6',
      renamed: { ...stored, name: 'two' },
      resized: { job: expect.any(String), state: 'queued' },
      removed: 204,
      missing: { status: 404, code: 'PLINTH_NOT_FOUND' },
      invalid: 422,
    })
  })
})
