// @module-tag postgres
// `plinth start`: a service in production mode, in one process or several.
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { createToken, database } from 'plinth'
import { migrate } from 'plinth/migrations'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliProject, secret, type CliProject, type Run } from '../support/cli-project.ts'
import { parsePrometheus } from '../support/telemetry/prometheus-parser.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

/** A route that returns the id of its process. */
const whoIs = `import { router } from 'plinth'
import * as z from 'zod'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pid = router('/pid')
export const read = pid.get('/', { response: z.object({ pid: z.int() }) }, () => ({ pid: process.pid }))
export const slow = pid.get('/slow', { response: z.object({ pid: z.int() }) }, async () => {
  console.log(JSON.stringify({ level: 'info', msg: 'slow' }))
  await sleep(700)
  return { pid: process.pid }
})
export const client = pid.get('/client', { response: z.string() }, ({ client }) => client.address ?? '')
// blocks its process until there is a file
export const block = pid.get('/block', { response: z.object({ pid: z.int() }) }, () => {
  console.log(JSON.stringify({ level: 'info', msg: 'blocked' }))
  while (!existsSync('release'));
  return { pid: process.pid }
})
export const crash = pid.post('/crash', { status: 204 }, () => {
  setImmediate(() => process.exit(7))
})
`

let server: PostgresServer
let project: CliProject
beforeAll(async () => {
  server = await startPostgres()
  project = cliProject({
    'src/pid.ts': whoIs,
    'src/api.ts': `import { app } from 'plinth'
import * as notes from './notes.ts'
import * as pid from './pid.ts'

export const api = app({ title: 'Notes', routes: { notes, pid }, metrics: true })
`,
  })
  const db = database(server.url)
  await migrate(db, { folder: `${project.folder}/migrations` })
  await db.close()
})
afterAll(async () => {
  project?.[Symbol.dispose]()
  await server?.stop()
})

const env = (more: Record<string, string> = {}): Record<string, string | undefined> => ({
  BETTER_AUTH_SECRET: secret,
  DATABASE_URL: server.url,
  // with the command's own compile cache
  NODE_COMPILE_CACHE: undefined,
  ...more,
})
const start = (...args: string[]): Run =>
  project.run(['start', '--port', '0', '--host', '127.0.0.1', ...args], { env: env() })

const listening =
  /"url":"(http:\/\/[\d.]+:\d+)","host":"127\.0\.0\.1","pid":(\d+),"msg":"listening"/g

/** Waits until this number of processes listen, and returns the address and their pids. */
async function served(run: Run, count = 1): Promise<{ url: string; pids: number[] }> {
  await run.until(new RegExp(`(?:${listening.source}[^]*?){${count}}`))
  const found = [...run.said.matchAll(listening)]
  return { url: found[0]![1]!, pids: found.map(([, , pid]) => Number(pid)) }
}

/** Opens a connection per call. */
const get = async (url: string, path: string): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(url + path, { headers: { connection: 'close' } })
  return { status: response.status, body: await response.json() }
}

describe('plinth start', () => {
  it('is in production mode: no documentation, no migration, JSON logs; exits with 0 after SIGTERM', async () => {
    await using run = start()
    const { url } = await served(run)
    expect((await get(url, '/docs')).status).toBe(404)
    expect((await get(url, '/api/notes')).status).toBe(401)
    const token = await createToken(secret, { sub: 'ann' })
    const notes = await fetch(`${url}/api/notes`, { headers: { authorization: `Bearer ${token}` } })
    expect([notes.status, await notes.json()]).toEqual([200, []])
    const slow = get(url, '/pid/slow')
    await run.until(/"msg":"slow"/)
    run.kill('SIGTERM')
    expect((await slow).status).toBe(200)
    expect(await run.ended).toBe(0)
    for (const line of run.stdout.trimEnd().split('\n'))
      expect(JSON.parse(line)).toHaveProperty('level')
    expect(run.stderr).toBe('')
    // The compile cache of Node is written for the next start.
    const compiled = `${project.folder}/node_modules/.cache/plinth`
    expect(readdirSync(compiled, { recursive: true }).length).toBeGreaterThan(100)
  })

  it('takes the client from X-Forwarded-For of the proxies that --trust-proxy names', async () => {
    await using run = start('--trust-proxy', '10.0.0.0/8, 127.0.0.1')
    const { url } = await served(run)
    const headers = { 'x-forwarded-for': '203.0.113.7, 10.0.0.3' }
    const response = await fetch(`${url}/pid/client`, { headers })
    expect(await response.json()).toBe('203.0.113.7')

    const { code, stderr } = await project.plinth(['start', '--trust-proxy', '0.0.0.0/0'])
    expect(code).toBe(2)
    expect(stderr).toContain('"0.0.0.0/0" is everybody: any client could choose its address')
  })

  it('does not start without a secret, and reports it in one message', async () => {
    const { code, stdout, stderr } = await project.plinth(['start'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^plinth: 1 setting is missing or wrong:\n {2}BETTER_AUTH_SECRET is not/)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})

describe('--workers', () => {
  it('serves one port with several processes, of which one that is free takes a connection; SIGTERM drains all of them', async () => {
    await using run = start('--workers', '3', '--worker-timeout', '120000')
    const { url, pids } = await served(run, 3)
    expect(new Set(pids).size).toBe(3)
    expect(pids).not.toContain(run.pid)
    const blocked: ReturnType<typeof get>[] = []
    for (const count of [1, 2, 3]) {
      blocked.push(get(url, '/pid/block'))
      await run.until(new RegExp(`(?:"msg":"blocked"[^]*?){${count}}`))
    }
    project.write('release', '')
    const families = parsePrometheus(await (await fetch(`${url}/metrics`)).text())
    const active = families.get('http_server_active_requests')?.samples ?? []
    expect(active.map(({ labels }) => labels['worker'])).toEqual(['1', '2', '3'])
    const seen = (await Promise.all(blocked)).map(({ body }) => (body as { pid: number }).pid)
    expect(seen.toSorted()).toEqual(pids.toSorted())
    const slow = Array.from({ length: 9 }, () => get(url, '/pid/slow'))
    await run.until(/(?:"msg":"slow"[^]*?){9}/)
    run.kill('SIGTERM')
    for (const { status } of await Promise.all(slow)) expect(status).toBe(200)
    expect(await run.ended).toBe(0)
    await expect(get(url, '/pid')).rejects.toThrow()
  })

  it('loses no request of clients that keep calling while it drains', async () => {
    await using run = start('--workers', '2')
    const { url } = await served(run, 2)
    const agent = new Agent({ keepAlive: true })
    const failures: string[] = []
    let succeeded = 0
    const call = (): Promise<boolean> =>
      new Promise((resolve) => {
        const failed = (error: NodeJS.ErrnoException): void => {
          failures.push(error.code ?? error.message)
          resolve(false)
        }
        request(`${url}/pid`, { agent }, (response) => {
          response.on('error', failed).on('end', () => {
            succeeded += 1
            resolve(true)
          })
          response.resume()
        })
          .on('error', failed)
          .end()
      })
    const client = async (): Promise<void> => {
      while (await call());
    }
    const clients = Array.from({ length: 16 }, client)
    await expect.poll(() => succeeded).toBeGreaterThan(200)
    run.kill('SIGTERM')
    await Promise.all(clients)
    expect(await run.ended).toBe(0)
    // nothing listens anymore, which is the only error that a client may see
    expect([...new Set(failures)]).toEqual(['ECONNREFUSED'])
    agent.destroy()
  })

  it('replaces workers that die, repeatedly', async () => {
    await using run = start('--workers', '2')
    const { url, pids } = await served(run, 2)
    for (const count of [3, 4]) {
      await fetch(`${url}/pid/crash`, { method: 'POST' })
      const after = await served(run, count)
      expect(new Set(after.pids).size).toBe(count)
    }
    expect(run.said.match(/"how":7,"msg":"a worker ended"/g)).toHaveLength(2)
    // also when killed from outside
    const { pids: now } = await served(run, 4)
    process.kill(now.at(-1)!, 'SIGKILL')
    await served(run, 5)
    expect((await get(url, '/pid')).status).toBe(200)
    expect(pids).toHaveLength(2)
    run.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  it('can be stopped while it starts', async () => {
    await using run = start('--workers', '4')
    await served(run, 1)
    run.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  it('is refused on an embedded database, with the reason', async () => {
    const { code, stdout, stderr } = await project.plinth(['start', '--workers', '2'], {
      env: env({ DATABASE_URL: 'pglite:./.plinth/dev' }),
    })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^plinth: --workers needs a Postgres server, .*PLINTH_COMMAND_REFUSED/)
  })

  it('gives up at once if it cannot start, and prints the reason once', async () => {
    await using other = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, stderr, stdout } = await project.plinth(
      ['start', '--workers', '3', '--port', String(port), '--host', '127.0.0.1'],
      { env: env() },
    )
    expect(code).toBe(1)
    expect(stderr.match(/Port \d+ is in use/g)).toHaveLength(1)
    expect(stdout).toContain('a worker cannot start: giving up')
  })

  it('leaves no worker behind when it is killed', async () => {
    await using run = start('--workers', '2')
    const { url } = await served(run, 2)
    run.kill('SIGKILL')
    await run.ended
    await expect
      .poll(() =>
        fetch(url).then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down')
  })
})
