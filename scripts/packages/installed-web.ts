import { join } from 'node:path'
import { freePort } from '../test/free-port.ts'
import { run, runWell, start } from './outside.ts'
import { attempt, equal, type Tried } from './tried.ts'

/**
 * Runs the frontend of `npm create plinth -- --web`.
 *
 * A user signs up there and writes a note to the service.
 */
export async function tryWeb(service: string): Promise<Tried[]> {
  const web = join(service, 'web')
  const [webPort, apiPort] = [await freePort(), await freePort()]
  const site = `http://localhost:${webPort}`
  const api = `http://localhost:${apiPort}/api/notes`
  const env = {
    BETTER_AUTH_URL: site,
    CORS_ORIGINS: site,
    NEXT_PUBLIC_API_URL: `http://localhost:${apiPort}`,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  const npm = (cwd: string, ...args: string[]): string => runWell('npm', args, { cwd, env })
  const tried = [
    await attempt('npm install', () => npm(web, 'install', '--no-audit', '--no-fund')),
    await attempt('npm run check', () => npm(web, 'run', 'check')),
    await attempt('npm run build', () => npm(web, 'run', 'build')),
  ]
  await using backend = start('npm', ['run', 'dev', '--', '--port', String(apiPort)], {
    cwd: service,
    env,
  })
  const onPort = ['start', '--', '--port', String(webPort)]
  tried.push(
    await attempt('the frontend refuses production without a database for its users', () => {
      const { code, stderr } = run('npm', onPort, { cwd: web, env })
      equal('the exit code', code, 1)
      equal('the reason is named', stderr.includes('AUTH_DATABASE_URL is missing'), true)
    }),
  )
  await using frontend = start('npm', onPort, {
    cwd: web,
    env: { ...env, AUTH_DATABASE_URL: 'pglite:./.plinth/auth' },
  })
  tried.push(
    await attempt('both start', () =>
      Promise.all([backend.until(/curl/), frontend.until(/Ready/)]),
    ),
    await attempt('a user who signs up in the frontend has a note in the service', () =>
      signUpAndWrite(site, api),
    ),
  )
  return tried
}

async function signUpAndWrite(site: string, api: string): Promise<void> {
  const json = { 'content-type': 'application/json', origin: site }
  const ann = { name: 'Ann', email: 'ann@example.com', password: 'a long password' }
  const signUp = await fetch(`${site}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(ann),
  })
  equal('the status of the sign-up', signUp.status, 200)
  const { user } = (await signUp.json()) as { user: { id: string } }
  const cookie = signUp.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const asked = await fetch(`${site}/api/auth/token`, { headers: { cookie } })
  const { token } = (await asked.json()) as { token: string }
  const made = await fetch(api, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ title: 'Milk' }),
  })
  equal('the status of the new note', made.status, 201)
  equal('its origin', made.headers.get('access-control-allow-origin'), site)
  equal('its owner', ((await made.json()) as { userId: string }).userId, user.id)
}
