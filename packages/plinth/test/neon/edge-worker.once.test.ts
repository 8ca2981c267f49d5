// @module-tag postgres
// The core needs no Node: an app is a fetch handler, which runs as a Worker on Cloudflare's
// runtime.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import { Miniflare } from 'miniflare'
import { createToken, type Database, database } from 'plinth'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Task } from '../support/edge-worker.ts'
import { type NeonBridge, startNeonBridge } from '../support/postgres/neon-bridge.ts'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'

const secret = 'q7Yk2mVx9TbE4nRw8LzCs1Jd6PfHu3Ga'

let server: PostgresServer
let bridge: NeonBridge
let db: Database
let directory: string
let worker: Miniflare
beforeAll(async () => {
  server = await startPostgres()
  bridge = await startNeonBridge()
  db = database(server.url)
  const empty = await generateDrizzleJson({})
  for (const statement of await generateMigration(empty, await generateDrizzleJson({ Task })))
    await db.execute(statement)
  directory = await mkdtemp(join(tmpdir(), 'plinth-edge-'))
  worker = await start(await bundled(directory))
})
afterAll(async () => {
  await worker?.dispose()
  await db?.close()
  await bridge?.close()
  await server?.stop()
  if (directory) await rm(directory, { recursive: true, force: true })
})

/** Bundles the Worker like a deployment does. Unused database engines stay outside. */
async function bundled(dir: string): Promise<{ path: string; contents: string }[]> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, '../support/edge-worker.ts'),
    platform: 'node',
    resolve: { conditionNames: ['workerd', 'worker', 'browser', 'import', 'default'] },
    external: ['pg', '@electric-sql/pglite', /^node:/, ...builtinModules],
    // The modules of a Worker have no URL. The runtime of this bundler needs one, Plinth does not.
    plugins: [
      {
        name: 'no-address',
        renderChunk: (code, { name }) =>
          name === 'rolldown-runtime'
            ? code.replaceAll('import.meta.url', '"file:///worker.js"')
            : null,
      },
    ],
    logLevel: 'silent',
  })
  await bundle.write({ dir, format: 'esm' })
  await bundle.close()
  const files = (await readdir(dir)).toSorted(
    (a, b) => Number(b === 'edge-worker.js') - Number(a === 'edge-worker.js'),
  )
  return await Promise.all(
    files.map(async (file) => ({
      path: join(dir, file),
      contents: await readFile(join(dir, file), 'utf8'),
    })),
  )
}

async function start(modules: { path: string; contents: string }[]): Promise<Miniflare> {
  const made = new Miniflare({
    modules: modules.map((module) => ({ type: 'ESModule' as const, ...module })),
    modulesRoot: directory,
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: {
      DATABASE_URL: server.url,
      BETTER_AUTH_SECRET: secret,
      BRIDGE: `127.0.0.1:${bridge.port}`,
    },
  })
  await made.ready
  return made
}

async function call(user: string | null, method: string, body?: unknown) {
  const token = user === null ? null : await createToken(secret, { sub: user, expiresIn: 3600 })
  const response = await worker.dispatchFetch('http://edge/api/tasks', {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as never }
}

describe('a backend under workerd', () => {
  it('creates rows in transactions by WebSocket, and lists them by HTTP', async () => {
    const made = await call('ann', 'POST', { title: 'From the edge' })
    expect(made).toMatchObject({ status: 201, body: { title: 'From the edge', userId: 'ann' } })
    const { posts, sockets } = bridge
    expect(sockets).toBeGreaterThan(0)
    expect(await call('ann', 'GET')).toEqual({ status: 200, body: [made.body] })
    expect(await call('bob', 'GET')).toEqual({ status: 200, body: [] })
    expect(bridge.posts).toBe(posts + 2)
    expect((await db.select().from(Task)).map(({ title }) => title)).toEqual(['From the edge'])
  })

  it('serves many requests, each on its own connections', async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => call(`user-${i % 4}`, 'POST', { title: `task ${i}` })),
    )
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 201))
    for (let i = 0; i < 4; i++) {
      const { body } = await call(`user-${i}`, 'GET')
      expect(body).toHaveLength(10)
    }
  })

  it('refuses invalid requests like on Node', async () => {
    expect(await call(null, 'GET')).toMatchObject({ status: 401 })
    expect(await call('ann', 'POST', { title: '' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['title'] }] },
    })
  })

  it('writes its OpenAPI document', async () => {
    const response = await worker.dispatchFetch('http://edge/openapi.json')
    const document = (await response.json()) as { paths: object }
    expect(Object.keys(document.paths)).toContain('/api/tasks')
  })
})
