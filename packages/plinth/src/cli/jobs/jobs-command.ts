import { Command, InvalidArgumentError } from 'commander'
import type { JobFacts } from '../../jobs/job-admin.ts'
import { action, withJson } from '../action.ts'
import { withJobs } from './open-jobs.ts'

const examples = `
Examples:
  plinth jobs list                 how many jobs of each kind wait, run, failed, and are dead letters
  plinth jobs list welcome         the jobs of one kind
  plinth jobs show <id>            input, attempts, and the last error
  plinth jobs retry <id>           runs a failed or canceled job again
  plinth jobs retry welcome        runs all dead letters of a job again
  plinth jobs schedules            when scheduled jobs run next`

/** `plinth jobs`: background jobs and their schedules. */
export function jobsCommand(): Command {
  const jobs = new Command('jobs')
    .description('Background jobs: lists, shows, retries and cancels them.')
    .addHelpText('after', examples)
  for (const command of [list(), show(), retry(), cancel(), schedules()]) jobs.addCommand(command)
  return jobs
}

function limit(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 1000) return number
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.')
}

const at = (date: Date | null | undefined): string => date?.toISOString() ?? ''

const list = (): Command =>
  withJson(new Command('list'))
    .description('Counts the jobs of each kind, or lists those of one.')
    .argument('[job]', 'the name of a job')
    .option('--limit <count>', 'jobs to list', limit, 50)
    .action(
      action<{ readonly limit: number }>(async ({ out, options, args: [name] }) => {
        if (name === undefined) {
          const counts = await withJobs(out, (jobs) => jobs.counts())
          out.result(counts)
          out.table(
            ['JOB', 'WAITING', 'RUNNING', 'FAILED', 'DEAD LETTERS'],
            counts.map((each) => [
              each.job,
              ...[each.waiting, each.running, each.failed, each.dead].map(String),
            ]),
          )
          return
        }
        const found = await withJobs(out, (jobs) => jobs.list(name, options.limit))
        out.result(found)
        out.table(
          ['ID', 'STATE', 'ATTEMPTS', 'CREATED', 'NOT BEFORE', 'KEY'],
          found.map((each) => [
            each.id,
            each.state,
            String(each.attempts),
            at(each.createdAt),
            at(each.startAfter),
            each.key ?? '',
          ]),
        )
      }),
    )

const show = (): Command =>
  withJson(new Command('show'))
    .description('Shows one job: its input, its attempts, and its last error.')
    .argument('<id>')
    .action(
      action(async ({ out, args: [id = ''] }) => {
        const found = await withJobs(out, (jobs) => jobs.find(id))
        out.result(found)
        out.table([], rowsOf(found))
      }),
    )

const rowsOf = (found: JobFacts): string[][] => [
  ['job', found.job],
  ['id', found.id],
  ['state', found.state],
  ['attempts', String(found.attempts)],
  ['priority', String(found.priority)],
  ['key', found.key ?? ''],
  ['created', at(found.createdAt)],
  ['not before', at(found.startAfter)],
  ['ended', at(found.endedAt)],
  ['input', JSON.stringify(found.input)],
  ['error', found.error === null ? '' : JSON.stringify(found.error)],
]

const retry = (): Command =>
  withJson(new Command('retry'))
    .description('Runs a failed or canceled job again, or all dead letters of a job.')
    .argument('<id-or-job>')
    .action(
      action(async ({ out, args: [what = ''] }) => {
        const retried = await withJobs(out, (jobs) => jobs.retry(what))
        out.result({ retried })
        out.line(retried === 1 ? '1 job runs again' : `${retried} jobs run again`)
      }),
    )

const cancel = (): Command =>
  withJson(new Command('cancel'))
    .description('Cancels a job that has not ended.')
    .argument('<id>')
    .action(
      action(async ({ out, args: [id = ''] }) => {
        await withJobs(out, (jobs) => jobs.cancel(id))
        out.result({ canceled: id })
        out.line(`canceled ${id}`)
      }),
    )

const schedules = (): Command =>
  withJson(new Command('schedules'))
    .description('Lists the schedules, and when each runs next.')
    .action(
      action(async ({ out }) => {
        const found = await withJobs(out, (jobs) => jobs.schedules())
        out.result(found)
        out.table(
          ['JOB', 'CRON', 'TIME ZONE', 'KEY', 'NEXT'],
          found.map(({ job, cron, timeZone, key, next }) => [job, cron, timeZone, key, at(next)]),
        )
      }),
    )
