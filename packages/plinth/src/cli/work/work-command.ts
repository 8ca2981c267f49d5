import { Command, InvalidArgumentError } from 'commander'
import { PlinthError } from '../../errors/plinth-error.ts'
import { internals } from '../../http/internals.ts'
import { unfailing } from '../../logging/unfailing-log.ts'
import { holdProcess } from '../../server/process.ts'
import { shutdownSignals } from '../../server/shutdown-signals.ts'
import { action } from '../action.ts'
import { enterProject } from '../project.ts'
import { otlpOption } from '../otlp/otlp-option.ts'
import { startOtlp, type Otlp } from '../otlp/start-otlp.ts'
import { loadService, type Service } from '../service.ts'

interface WorkOptions {
  readonly concurrency?: number
  /** In milliseconds. */
  readonly gracePeriod: number
  readonly otlp?: boolean
}

function count(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 1000) return number
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.')
}

function milliseconds(text: string): number {
  if (/^\d{1,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number of milliseconds.')
}

/** Milliseconds for the app to stop after its jobs. */
const stopping = 5000

/** `plinth work`: runs the background jobs in production. */
export const workCommand = (): Command =>
  new Command('work')
    .description('Runs the background jobs of the service in production.')
    .option('-c, --concurrency <count>', 'jobs at the same time (default: 10)', count)
    .option(
      '--grace-period <milliseconds>',
      'the time that running jobs get at shutdown',
      milliseconds,
      30_000,
    )
    .addOption(otlpOption())
    .addHelpText(
      'after',
      `
It sets NODE_ENV=production, and does not create tables: run plinth db migrate first. Start it on as many machines as
you like. In development, plinth dev runs the jobs.
SIGTERM starts a graceful shutdown: running jobs get their time, and the rest is returned to the queue.

Example:
  plinth work --concurrency 20`,
    )
    .action(
      action<WorkOptions>(async ({ options }) => {
        process.env['NODE_ENV'] = 'production'
        const project = enterProject()
        const service = await loadService(project)
        const { log } = service.api
        const otlp = await startOtlp({ project, log, isAsked: options.otlp === true })
        await work(service, options, otlp)
        return await new Promise<never>(() => {})
      }),
    )

/** Starts the app without a server, and runs its jobs until a signal. */
async function work(
  { api, db }: Service,
  options: WorkOptions,
  otlp: Otlp | undefined,
): Promise<void> {
  const { jobs } = api[internals]
  if (jobs === undefined)
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      'This app has no jobs: declare some with job() of plinth/jobs, and hand them to app({ jobs: { db, modules } })',
    )
  const { concurrency, gracePeriod } = options
  jobs.use({ work: true, concurrency, gracePeriod })
  const log = unfailing(api.log)
  const hold = holdProcess({
    log,
    signals: shutdownSignals,
    gracePeriod: gracePeriod + stopping,
    stop: async () => {
      api.drain()
      await api.stop()
      await db?.close()
      await otlp?.shutdown()
      return true
    },
  })
  await api.start()
  hold.serving()
  const { definitions } = (await jobs.start()).jobs
  log.info({ jobs: definitions.map(({ name }) => name), pid: process.pid }, 'working')
}
