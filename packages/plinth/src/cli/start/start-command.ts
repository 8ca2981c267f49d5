import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { createLogger } from '../../logging/logger.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action } from '../action.ts'
import { writeCompiledCode } from '../compile-cache.ts'
import { enterProject, hasPart, loadDatabase, type Project } from '../project.ts'
import { addressOptions, listenAt, loadService, serveService, type Address } from '../service.ts'
import { serveSettings } from '../../server/serve-options.ts'
import { proxyProblem } from '../../server/trusted-proxies.ts'
import { workerSide } from './worker-side.ts'
import { Workers } from './workers.ts'
import { isEmbedded } from '../db/local-database.ts'
import { otlpOption } from '../otlp/otlp-option.ts'
import { startOtlp } from '../otlp/start-otlp.ts'

interface StartOptions extends Address {
  readonly workers: number
  /** In milliseconds. */
  readonly workerTimeout: number
  readonly trustProxy?: readonly string[]
}

const maxWorkers = 256

function workers(text: string): number {
  if (text === 'auto') return availableParallelism()
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= maxWorkers) return number
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${maxWorkers}, or auto.`)
}

const shortestTimeout = 2000

function workerTimeout(text: string): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= shortestTimeout) return number
  throw new InvalidArgumentError(`Expected milliseconds, ${shortestTimeout} or more.`)
}

function trustProxy(text: string): string[] {
  const addresses = text.split(',').map((address) => address.trim())
  const wrong = addresses.find((address) => proxyProblem(address) !== undefined)
  if (wrong === undefined) return addresses
  throw new InvalidArgumentError(`${proxyProblem(wrong)}.`)
}

const forever = (): Promise<never> => new Promise(() => {})

/** Serves in this process until a signal. */
async function serveHere(project: Project, options: StartOptions): Promise<never> {
  const worker = cluster.isWorker ? workerSide() : undefined
  const service = await loadService(project)
  const { log } = service.api
  const otlp = await startOtlp({ project, log, isAsked: options.otlp === true })
  const { trustProxy } = options
  const { url } = await serveService(service, options, {
    ...worker?.options,
    ...(trustProxy && { trustProxy }),
    otlp,
  })
  // The URL is to open on this machine, and the host may be every address of it.
  const { hostname: host } = serveSettings(listenAt(options, service.env))
  log.info({ url, host, pid: process.pid }, 'listening')
  if (worker) {
    writeCompiledCode()
    worker.serving()
  }
  return await forever()
}

async function refuseEmbedded(project: Project): Promise<void> {
  const db = hasPart(project, 'database') ? await loadDatabase(project) : undefined
  if (db === undefined || !isEmbedded(db)) return
  throw new PlinthError(
    'PLINTH_COMMAND_REFUSED',
    `--workers needs a Postgres server, and the database is ${db.location}: an embedded database belongs to one process, and a second process would destroy it. Set DATABASE_URL to a server, or remove --workers`,
  )
}

/** `plinth start`: serves in production. */
export const startCommand = (): Command => {
  const command = new Command('start')
    .description('Serves the service in production: no documentation, no reload, no migrations.')
    .option('-w, --workers <count>', 'number of processes; auto: one per CPU core', workers, 1)
    .option(
      '--worker-timeout <milliseconds>',
      'a worker whose event loop is blocked for this long is killed and replaced',
      workerTimeout,
      10_000,
    )
    .option(
      '--trust-proxy <addresses>',
      'proxies whose X-Forwarded-… headers count: 10.0.0.0/8,fd00::/8',
      trustProxy,
    )
    .addHelpText(
      'after',
      `
It sets NODE_ENV=production, and does not apply migrations: run plinth db migrate first.
SIGTERM starts a graceful shutdown: no request is lost, and the process ends within 5 s.
With workers, SIGHUP starts a rolling restart: new ones load the code on disk, then the old ones end.

Examples:
  plinth start
  plinth start --port 8080 --workers auto`,
    )
    .action(
      action<StartOptions>(async ({ options }) => {
        process.env['NODE_ENV'] = 'production'
        const project = enterProject()
        if (options.workers === 1 || cluster.isWorker) return await serveHere(project, options)
        await refuseEmbedded(project)
        const { workers: count, workerTimeout: timeout } = options
        writeCompiledCode()
        const log = createLogger({ format: 'json' })
        const code = await new Workers({ count, timeout, log }).run()
        await log.flush()
        // Lines that could not be written must not keep the process alive.
        process.exit(code)
      }),
    )
  for (const option of addressOptions('0.0.0.0, every address of this machine'))
    command.addOption(option)
  return command.addOption(otlpOption())
}
