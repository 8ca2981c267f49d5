// The time from saving a file to the first response of the new code, for `plinth dev` and its peers.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../../scripts/test/free-port.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** A development server, and the file that is saved. */
interface Contestant {
  readonly name: string
  readonly folder: string
  readonly command: readonly string[]
  readonly url: string
  /** Writes the file, so that the response contains this number. */
  readonly save: (value: number) => void
}

/** Milliseconds from saving to the first response, one for each save. */
interface Timed {
  readonly name: string
  readonly times: number[]
}

/** The reference backend with a route that returns numbers of two files: one alone, and one that the others import. */
function plinth(port: number): readonly Contestant[] {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-reload-'))
  cpSync(join(root, 'apps/api'), folder, {
    recursive: true,
    filter: (path) => !/node_modules|\.plinth|\.env/.test(path.slice(root.length)),
  })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['plinth', 'drizzle-orm', 'zod', 'pg-boss', 'better-auth', 'ws'])
    if (existsSync(join(root, 'node_modules', name)))
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  const file = (name: string): string => join(folder, 'src', name)
  const write = (name: string, text: string): void => writeFileSync(file(name), text)
  const leaf = (value: number): void =>
    write(
      'probe.ts',
      `import { router } from 'plinth'
import { deep } from './probe-deep.ts'
export const probe = router('/probe').get('/', {}, () => ({ leaf: ${value}, deep }))
`,
    )
  const deep = (value: number): void =>
    write('probe-deep.ts', `export const deep: number = ${value}\n`)
  leaf(0)
  deep(0)
  prepend(file('models.ts'), "import './probe-deep.ts'\n")
  prepend(file('api.ts'), "import * as probe from './probe.ts'\n", (text) =>
    text.replace(/routes: \{/, 'routes: { probe,'),
  )
  const command = [
    process.execPath,
    join(root, 'packages/plinth/src/cli/main.ts'),
    'dev',
    '--port',
    String(port),
  ]
  const parts = { folder, command, url: `http://127.0.0.1:${port}/probe` }
  return [
    { ...parts, name: 'plinth dev, a file of its own', save: leaf },
    { ...parts, name: 'plinth dev, a file that the models import', save: deep },
  ]
}

function prepend(file: string, text: string, change = (content: string): string => content): void {
  writeFileSync(file, text + change(readFileSync(file, 'utf8')))
}

/** `fastapi dev`, if FASTAPI is the path of its command. */
function fastapi(port: number): readonly Contestant[] {
  const program = process.env['FASTAPI']
  if (program === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'plinth-reload-fastapi-'))
  const save = (value: number): void =>
    writeFileSync(
      join(folder, 'main.py'),
      `from fastapi import FastAPI

app = FastAPI()


@app.get("/probe")
def probe():
    return {"leaf": ${value}}
`,
    )
  save(0)
  const command = [program, 'dev', 'main.py', '--port', String(port)]
  return [{ name: 'fastapi dev', folder, command, url: `http://127.0.0.1:${port}/probe`, save }]
}

/** `tsx watch` with Hono, if HONO is a folder with tsx, hono and @hono/node-server in its node_modules. */
function hono(port: number): readonly Contestant[] {
  const packages = process.env['HONO']
  if (packages === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'plinth-reload-hono-'))
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const save = (value: number): void =>
    writeFileSync(
      join(folder, 'main.ts'),
      `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
const app = new Hono()
app.get('/probe', (c) => c.json({ leaf: ${value} }))
serve({ fetch: app.fetch, port: ${port}, hostname: '127.0.0.1' })
`,
    )
  save(0)
  const command = [
    join(packages, 'node_modules/.bin/tsx'),
    'watch',
    '--clear-screen=false',
    'main.ts',
  ]
  return [{ name: 'tsx watch, Hono', folder, command, url: `http://127.0.0.1:${port}/probe`, save }]
}

/** Saves each file several times, one after the other, and measures until the new code responds. */
export async function reloads(saves: number): Promise<readonly Timed[]> {
  const makers = [plinth, fastapi, hono]
  const contestants: Contestant[] = []
  for (const make of makers) contestants.push(...make(await freePort()))
  const servers = new Map<string, ChildProcess>()
  const timed = contestants.map(({ name }) => ({ name, times: [] as number[] }))
  try {
    for (const each of contestants)
      if (!servers.has(each.folder)) servers.set(each.folder, start(each))
    for (const { url } of contestants) await until(url, (text) => text.includes('leaf'))
    for (let save = 1; save <= saves; save++)
      for (const [at, each] of contestants.entries()) {
        await delay(400)
        timed[at]!.times.push(await measure(each, 1000 * save + at))
      }
  } finally {
    for (const child of servers.values()) await end(child)
    for (const { folder } of contestants) rmSync(folder, { recursive: true, force: true })
  }
  return timed
}

async function measure({ url, save }: Contestant, value: number): Promise<number> {
  const begun = performance.now()
  save(value)
  await until(url, (text) => text.includes(`:${value}`))
  return performance.now() - begun
}

/** Asks every 4 ms until a response with 200 has this text. */
async function until(url: string, isThere: (text: string) => boolean): Promise<void> {
  const last = performance.now() + 60_000
  while (performance.now() < last) {
    const response = await fetch(url).catch(() => undefined)
    const text = await response?.text().catch(() => '')
    if (response?.status === 200 && isThere(text ?? '')) return
    await delay(4)
  }
  throw new Error(`${url} did not respond with the new code`)
}

function start({ command: [program = '', ...args], folder }: Contestant): ChildProcess {
  const { NODE_ENV: _mode, VITEST: _test, ...env } = process.env
  const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'
  return spawn(program, args, {
    cwd: folder,
    env: { ...env, BETTER_AUTH_SECRET: secret },
    stdio: ['ignore', 'ignore', 'inherit'],
    // With the processes that it starts.
    detached: true,
  })
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid!, 'SIGTERM')
  await Promise.race([ended, delay(5000)])
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
}

/** The full form: 20 saves each. */
export async function load() {
  const timed = await reloads(20)
  const rows = timed.map(({ name, times }) => {
    const sorted = times.toSorted((a, b) => a - b)
    return {
      name,
      median: Math.round(sorted[sorted.length >> 1] ?? 0),
      max: Math.round(sorted.at(-1) ?? 0),
    }
  })
  for (const name of ['FASTAPI', 'HONO'])
    if (process.env[name] === undefined) console.log(`not compared: ${name} is not set`)
  return {
    tables: { 'Milliseconds from saving a file to the first 200 of the new code, 20 saves': rows },
    problems: [],
  }
}
