// Sockets in whole processes: rolling restarts, a killed process, and a missing package.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { child } from '../support/child.ts'
import { startWorkers } from '../load/worker-service.ts'
import { endOf } from './socket-service.ts'

const api = `import { app, dependency, router } from 'plinth'
import * as z from 'zod'

const opened = dependency(async function* () {
  try {
    yield 1
  } finally {
    console.log(JSON.stringify({ level: 'info', msg: 'dependency closed', pid: process.pid }))
  }
})
const routes = router('')
const pid = routes.socket(
  '/pid',
  { receive: z.string(), send: z.int(), dependencies: { opened } },
  async function* ({ incoming }) {
    for await (const _ of incoming) yield process.pid
  },
)
export const api = app({ title: 'Sockets', routes: { routes: { pid } } })
`

let project: CliProject
beforeAll(() => {
  project = cliProject({
    'src/env.ts': undefined,
    'src/models.ts': undefined,
    'src/database.ts': undefined,
    'src/notes.ts': undefined,
    'src/api.ts': api,
  })
})
afterAll(() => project[Symbol.dispose]())

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/pid`, ['plinth'])
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}
async function pidOf(socket: WebSocket): Promise<number> {
  const message = once(socket, 'message')
  socket.send('"?"')
  return Number(String((await message)[0]))
}

describe('the sockets of a service with workers', () => {
  it('get 1012 at a rolling restart and at SIGTERM, 1006 when their process is killed, and their dependencies are closed', async () => {
    await using service = await startWorkers(project.folder, 2)
    const old = service.serving()
    const first = await Promise.all([open(service.url), open(service.url)])
    const pids = await Promise.all(first.map(pidOf))
    expect(old).toEqual(expect.arrayContaining(pids))
    const ends = first.map(endOf)
    service.kill('SIGHUP')
    for (const end of ends)
      expect(await end).toEqual({ code: 1012, reason: 'The server is restarting' })
    await service.logged(({ msg }) => msg === 'restarted')
    const closed = service.lines.filter(({ msg }) => msg === 'dependency closed')
    expect(closed.map(({ pid }) => pid).toSorted()).toEqual(pids.toSorted())

    const second = await open(service.url)
    const pid = await pidOf(second)
    expect(old).not.toContain(pid)
    const killed = endOf(second)
    process.kill(pid, 'SIGKILL')
    expect((await killed).code).toBe(1006)

    await service.begun(5)
    const third = await open(service.url)
    const last = endOf(third)
    service.kill('SIGTERM')
    expect((await last).code).toBe(1012)
    expect(await service.ended).toBe(0)
  })
})

const socketApp = (declaration: string): string => `
  const routes = router('')
  ${declaration}
  const log = createLogger({ level: 'warn' })
  const api = app({ title: 'App', log, routes: { routes: { one } } })
`
const imports = {
  router: 'routing/router.ts',
  app: 'app/app.ts',
  createLogger: 'logging/logger.ts',
  serve: 'server/serve.ts',
}
it('an app with sockets does not start without the package ws, and the message says how to install it', async () => {
  const missing = `
    const { registerHooks } = await import('node:module')
    registerHooks({
      resolve: (specifier, context, next) => {
        if (specifier === 'ws') throw Object.assign(new Error('no ws'), { code: 'ERR_MODULE_NOT_FOUND' })
        return next(specifier, context)
      },
    })
  `
  const declared = `const one = routes.socket('/one', { send: z.string() }, async function* () {})`
  const script = `${missing}
    const z = await import('zod')
    ${socketApp(declared)}
    await serve(api, { port: 0, signals: false }).catch((error) => console.log(error.code, error.message))
    process.exit(0)
  `
  const { output } = await child(script, imports).ended()
  expect(output).toContain(
    'PLINTH_WEBSOCKETS_MISSING The app has sockets, and the package ws is not installed: npm install ws',
  )
})
