// The service that `npm create plinth` makes, installed from the tarballs, as a program for any
// runtime.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runWell, start } from './outside.ts'
import { runtimePackages, type Runtime } from './runtimes.ts'
import { attempt, equal, type Tried } from './tried.ts'

/** Serves with the documentation page, and prints the address and a token. */
const main = `import { createToken, serve } from 'plinth'
import { migrate } from 'plinth/migrations'
import { api } from './api.ts'
import { db } from './database.ts'
import { env } from './env.ts'

await migrate(db, { folder: './migrations' })
const { url } = await serve(api, { port: 0 })
console.log(\`serving \${url} \${await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann' })}\`)
`

/** The absolute paths of the packed packages. */
export interface Tarballs {
  readonly plinth: string
  readonly createPlinth: string
}

/**
 * Creates and installs the service, with every runtime and the packages for the frontend's types.
 */
export function installService(folder: string, { plinth, createPlinth }: Tarballs): void {
  const create = ['exec', '--yes', `--package=file:${createPlinth}`, '--', 'create-plinth']
  const args = [...create, folder, '--name', 'packed', '--web', '--yes', '--plinth', plinth]
  runWell('npm', args, { cwd: dirname(folder) })
  writeFileSync(join(folder, 'src/main.ts'), main)
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>
  writeFileSync(
    file,
    JSON.stringify({
      ...manifest,
      devDependencies: { ...manifest['devDependencies'], ...runtimePackages },
      allowScripts: { bun: true },
    }),
  )
  runWell('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
}

/** Runs the commands of a new service that check it. */
export async function tryProject(cwd: string): Promise<Tried[]> {
  return [
    await attempt('npm run check', () => runWell('npm', ['run', 'check'], { cwd })),
    await attempt('npm test', () => runWell('npm', ['test'], { cwd })),
  ]
}

/** Runs the service on an empty database, and reports each step. */
export async function tryService(cwd: string, { file }: Runtime, url: string): Promise<Tried[]> {
  const env = { DATABASE_URL: url, NO_COLOR: '1' }
  const plinth = (...args: string[]): string =>
    runWell(file, ['node_modules/plinth/dist/cli/main.js', ...args], { cwd, env })
  const tried = [
    await attempt('plinth routes', () =>
      equal('the number of routes', JSON.parse(plinth('routes', '--json')).length, 5),
    ),
    await attempt('plinth db migrate', () => plinth('db', 'migrate')),
    await attempt('plinth db check', () => plinth('db', 'check', '--no-database')),
  ]
  await using server = start(file, ['src/main.ts'], { cwd, env })
  const [, address = '', token = ''] = await server.until(/^serving (\S+) (\S+)$/m)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const call = async (path: string, status: number, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${address}${path}`, { headers, ...init })
    equal(`the status of ${path}`, response.status, status)
    const nosniff = response.headers.get('x-content-type-options')
    equal(`x-content-type-options of ${path}`, nosniff, 'nosniff')
    return await response.text()
  }
  const note = { method: 'POST', body: JSON.stringify({ title: 'Milk' }) }
  tried.push(
    await attempt('an insert', () => call('/api/notes', 201, note)),
    await attempt('a list', async () =>
      equal('the list', JSON.parse(await call('/api/notes', 200)).items.length, 1),
    ),
    await attempt('40 inserts and 40 lists at once', async () => {
      const calls = Array.from({ length: 40 }, () => [
        call('/api/notes', 201, note),
        call('/api/notes', 200),
      ])
      await Promise.all(calls.flat())
      equal('the list', JSON.parse(await call('/api/notes?limit=100', 200)).items.length, 41)
    }),
    await attempt('a 422', () => call('/api/notes', 422, { ...note, body: '{"title":""}' })),
    await attempt('a 413', () => call('/api/notes', 413, { ...note, body: 'x'.repeat(2 ** 21) })),
    await attempt('a 401', () => call('/api/notes', 401, { headers: {} })),
    await attempt('/docs', () => call('/docs', 200)),
    await attempt('/openapi.json', async () =>
      equal('openapi', JSON.parse(await call('/openapi.json', 200)).openapi, '3.1.1'),
    ),
    await attempt('Ctrl-C ends it with 0', async () => equal('its end', await server.stop(), 0)),
  )
  return [...tried, ...(await tryStart(cwd, file, env))]
}

/** Runs `plinth start` on the data of the previous run. */
async function tryStart(cwd: string, file: string, env: NodeJS.ProcessEnv): Promise<Tried[]> {
  const args = ['node_modules/plinth/dist/cli/main.js', 'start', '--port', '0']
  const production = { ...env, BETTER_AUTH_URL: 'http://localhost:3000' }
  await using server = start(file, args, { cwd, env: production })
  const ready = await attempt('plinth start', async () => {
    const [, port] = await server.until(/"url":"http:\/\/[^"]+:(\d+)"/)
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`)
    equal('the status of /health/ready', response.status, 200)
  })
  const stop = await attempt('its end', async () => equal('its exit code', await server.stop(), 0))
  return [ready, stop]
}
