import { spawn, type ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { benchFolder, type Contender } from './contenders.ts'
import { endWithUs } from './interruption.ts'
import { freePort } from '../../scripts/test/free-port.ts'

/** A contender that runs in its own process. */
export interface ServerProcess {
  readonly origin: string
  readonly pid: number
  stop(): Promise<void>
}

/** The settings that every contender gets through its environment. */
export interface ServerSettings {
  readonly databaseUrl: string
  readonly secret: string
  /** The number of additional routes. Default 0. */
  readonly extraRoutes?: number
}

const patience = 30_000

/**
 * Starts a contender, and returns once it accepts connections.
 *
 * @throws {Error} it ended, or did not listen in time; has its output
 */
export async function startServer(
  contender: Contender,
  settings: ServerSettings,
): Promise<ServerProcess> {
  const port = await freePort()
  const [program, ...args] = contender.command
  const isUvicorn = args.includes('uvicorn')
  const child = spawn(
    program.startsWith('/') ? program : join(benchFolder, program),
    [...args, ...(isUvicorn ? uvicornFlags(port) : [])],
    {
      cwd: benchFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        // All Node contenders keep compiled code: the benchmark does not measure how long compiling
        // takes.
        NODE_COMPILE_CACHE: join(benchFolder, 'node_modules', '.cache', 'compile'),
        NODE_OPTIONS: `--import=${new URL('keep-compiled.mjs', import.meta.url).href}`,
        DATABASE_URL: settings.databaseUrl,
        BETTER_AUTH_SECRET: settings.secret,
        HOST: '127.0.0.1',
        PORT: String(port),
        EXTRA_ROUTES: String(settings.extraRoutes ?? 0),
      },
    },
  )
  endWithUs(child)
  const printed = collect(child)
  const ended = once(child)
  await listening({ child, port, printed, title: contender.title })
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 6000)
      await ended
      clearTimeout(force)
    },
  }
}

const uvicornFlags = (port: number): readonly string[] => [
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--loop',
  'uvloop',
  '--http',
  'httptools',
  '--no-access-log',
]

const once = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('close', () => resolve()))

function collect(child: ChildProcess): { text: string } {
  const printed = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      printed.text = (printed.text + chunk).slice(-8000)
    })
  child.once('error', (error) => {
    printed.text += error.message
  })
  return printed
}

interface Expected {
  readonly child: ChildProcess
  readonly port: number
  readonly printed: { readonly text: string }
  readonly title: string
}

async function listening({ child, port, printed, title }: Expected): Promise<void> {
  const end = performance.now() + patience
  while (!(await accepts(port))) {
    const isOver = child.exitCode !== null || child.signalCode !== null || child.pid === undefined
    if (isOver || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${title} did not start:\n${printed.text}`)
    }
    await sleep(2)
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
