// `npm run dev`: runs the API and the frontend; each restarts or reloads when its code changes.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { devSettings, type DevSettings } from './dev/dev-settings.ts'
import { ServerProcess } from './dev/server-process.ts'
import { untilReady } from './dev/until-ready.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort())

try {
  await run(await devSettings(root))
} catch (error) {
  console.error(error instanceof Error ? error.message.trim() : error)
  process.exitCode = 1
}

async function run(settings: DevSettings): Promise<void> {
  const servers = start(settings)
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const { web, api } = settings
  const died = Promise.race(servers.map(({ ended }) => ended)).then(() => {
    if (stopping.signal.aborted) return
    process.exitCode = 1
    for (const server of servers) server.speak(false)
    stopping.abort()
  })
  const pages = [`${api}/health/ready`, `${web}/api/auth/ok`, `${web}/sign-in`]
  untilReady(pages, stopping.signal).then(
    () => {
      for (const server of servers) server.speak(true)
      console.log(announce(settings))
    },
    () => {},
  )
  await Promise.race([stopped, died])
  await Promise.all(servers.map((server) => server.stop()))
}

function start({ env, webPort }: DevSettings): ServerProcess[] {
  const api = new ServerProcess({
    name: 'api',
    args: ['--watch', '--watch-preserve-output', 'apps/api/src/main.ts'],
    cwd: root,
    env,
    paint: (text) => styleText('cyan', text),
  })
  const next = join(root, 'node_modules/next/dist/bin/next')
  const web = new ServerProcess({
    name: 'web',
    args: [next, 'dev', '--hostname', 'localhost', '--port', String(webPort)],
    cwd: join(root, 'apps/web'),
    env,
    paint: (text) => styleText('magenta', text),
  })
  return [api, web]
}

function announce({ web, api }: DevSettings): string {
  return `
web:   ${web}
api:   ${api}
docs:  ${api}/docs

Both reload when their code changes; Ctrl-C ends both.
`
}
