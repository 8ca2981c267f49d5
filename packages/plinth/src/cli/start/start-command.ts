import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { createLogger } from '../../logging/logger.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action } from '../action.ts'
import { enterProject, hasPart, loadDatabase, type Project } from '../project.ts'
import { addressOptions, loadService, serveService, type Address } from '../service.ts'
import { stopListening, workerMessages } from './worker-messages.ts'
import { Workers } from './workers.ts'
import { isEmbedded } from '../db/local-database.ts'

interface StartOptions extends Address {
  readonly workers: number
}

const most = 256

function workers(text: string): number {
  if (text === 'auto') return availableParallelism()
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number
  throw new InvalidArgumentError(`It is a whole number from 1 to ${most}, or auto.`)
}

const forever = (): Promise<never> => new Promise(() => {})

/** Serves the service in this process, which ends by a signal. */
async function serveHere(project: Project, options: StartOptions): Promise<never> {
  const service = await loadService(project)
  const { url } = await serveService(service, options, cluster.isWorker ? { stopListening } : {})
  service.api.log.info({ url, pid: process.pid }, 'listening')
  if (cluster.isWorker) process.send?.(workerMessages.ready)
  return await forever()
}

async function refuseEmbedded(project: Project): Promise<void> {
  const db = hasPart(project, 'database') ? await loadDatabase(project) : undefined
  if (db === undefined || !isEmbedded(db)) return
  throw new PlinthError(
    'PLINTH_COMMAND_REFUSED',
    `--workers needs a Postgres server, and the database is ${db.location}: an embedded one is inside of one process, and a second process on it would destroy it. Set DATABASE_URL to a server, or leave --workers out`,
  )
}

/** `plinth start`: the service as in production. */
export const startCommand = (): Command => {
  const command = new Command('start')
    .description('Serves the service in production: no documentation, no reload, no migrations.')
    .option('-w, --workers <count>', 'processes, or auto: one a processor core', workers, 1)
    .addHelpText(
      'after',
      `
It sets NODE_ENV=production. Migrations are a step before it: plinth db migrate.
SIGTERM drains: no request is lost, and the process ends within 5 s.

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
        // in the order of writing: the workers' lines come in between
        const log = createLogger({ destination: process.stdout, format: 'json' })
        return await new Workers(options.workers, log).run()
      }),
    )
  for (const option of addressOptions('0.0.0.0, every address of the machine'))
    command.addOption(option)
  return command
}
