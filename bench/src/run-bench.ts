import { writeFileSync } from 'node:fs'
import { Client } from 'pg'
import type { Bench } from './bench.ts'
import { type ResponseBodies, findDifferences, WrongResponseError } from './check-responses.ts'
import { contenderOf, missing } from './contenders.ts'
import { createTables, tasksPerUser, tidy, userId } from './dataset.ts'
import { expectationsOf } from './expectations.ts'
import { endOnSignals } from './interruption.ts'
import { jobOf } from './jobs.ts'
import { machine } from './machine.ts'
import { measureJob, memoryOfAll, type MeasureSettings, type Running } from './measure.ts'
import { measureStarts } from './measure-start.ts'
import type { BenchOptions } from './options.ts'
import { startPostgres } from './postgres.ts'
import { isMeasurable } from './process-usage.ts'
import { record } from './record.ts'
import {
  jobReport,
  jobTable,
  plainTable,
  type Report,
  scaleTable,
  startReport,
  startTable,
} from './report.ts'
import { measureScale, type Scale } from './scale.ts'
import { startServer } from './server-process.ts'
import { callerOf, callersOf, newSecret } from './tokens.ts'
import { versionsOf } from './versions.ts'

/** Runs the measurements of the options, and prints and writes the results. */
export async function run(options: BenchOptions): Promise<void> {
  if (!isMeasurable())
    throw new Error('CPU time is read from /proc/PID/task/*/schedstat, which only Linux has')
  const log = (line: string): void => console.error(line)
  const reasons = options.only.map((name) => [name, missing(contenderOf(name))] as const)
  const leftOut = Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined))
  for (const [name, reason] of Object.entries(leftOut)) log(`${name} is left out: ${reason}.`)
  endOnSignals(log)
  log('Starting Postgres and filling it…')
  const postgres = await startPostgres()
  const db = new Client({ connectionString: postgres.url })
  // The next query gets the error of the broken connection. Without a listener, it would end the
  // process.
  db.on('error', () => {})
  try {
    await db.connect()
    await createTables(db)
    const names = options.only.filter((name) => !(name in leftOut))
    const server = { databaseUrl: postgres.url, secret: newSecret() }
    const bench = { options, postgres, db, server, names, log }
    const report = await reportOf(bench, leftOut)
    keep(options, report)
    if (options.scale) keep(options, { ...report, scale: await scaleOf(bench) })
  } finally {
    await db.end()
    await postgres.stop()
  }
}

/** Writes the results so far, because the long part that follows may be interrupted. */
function keep(options: BenchOptions, report: Report): void {
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
  if (options.record) record(report)
}

async function scaleOf(bench: Bench): Promise<Scale> {
  const scale = await measureScale(bench)
  for (const [title, part] of Object.entries(scale))
    console.log(`\nscale: ${title}\n${plainTable(scaleTable(part))}`)
  return scale
}

async function reportOf(bench: Bench, leftOut: Report['leftOut']): Promise<Report> {
  const { options } = bench
  const { seconds, rounds, connections } = options
  const measured = await measureJobs(bench)
  const start = await startsOf(bench)
  const { memory } = measured
  console.log(`\nstart and memory\n${plainTable(startTable({ start, memory }))}`)
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    options: { seconds, rounds, connections },
    versions: versionsOf(bench.names),
    ...measured,
    start,
    leftOut,
  }
}

async function measureJobs(bench: Bench): Promise<Pick<Report, 'jobs' | 'memory'>> {
  const { options, log } = bench
  const { running, settings } = await prepared(bench)
  try {
    const jobs: Report['jobs'] = {}
    for (const name of options.jobs) {
      const report = jobReport(await measureJob(name, settings))
      jobs[name] = report
      console.log(`\n${name}: ${jobOf(name).title}\n${plainTable(jobTable(report))}\n`)
    }
    const memory = [...memoryOfAll(running)].map(
      ([name, { peak, now }]) => [name, { peak, atEnd: now }] as const,
    )
    return { jobs, memory: Object.fromEntries(memory) }
  } finally {
    log('Stopping the contenders…')
    await stopAll(running)
  }
}

/** Starts all contenders and checks their responses. A wrong response ends the run. */
async function prepared(
  bench: Bench,
): Promise<{ running: readonly Running[]; settings: MeasureSettings }> {
  const { options, postgres, db, server, names, log } = bench
  const callers = await callersOf(server.secret)
  const strangers = await callersOf(newSecret())
  log(`Starting ${names.join(', ')}, and comparing their responses…`)
  const running: Running[] = []
  try {
    for (const name of names)
      running.push({ name, server: await startServer(contenderOf(name), server) })
    await examine(running, server.secret, () => tidy(db))
  } catch (error) {
    await stopAll(running)
    throw error
  }
  const { seconds, rounds, connections } = options
  const context = { callers, strangers, tasksPerUser }
  const postgresPid = postgres.pid
  const settings = { running, postgresPid, context, seconds, rounds, connections, log }
  return { running, settings: { ...settings, tidy: () => tidy(db) } }
}

/**
 * Checks the responses of each contender, for two users.
 *
 * @throws {WrongResponseError} with all differences; nothing is measured then
 */
export async function examine(
  running: readonly Running[],
  secret: string,
  tidy: () => Promise<void>,
): Promise<void> {
  const bodies: ResponseBodies = new Map()
  const problems: string[] = []
  for (const number of [1, 500]) {
    const user = userId(number)
    const tokens = {
      caller: await callerOf(secret, user),
      stranger: await callerOf(newSecret(), user),
      expired: await callerOf(secret, user, -3600),
    }
    const expectations = expectationsOf(tokens)
    for (const { name, server } of running) {
      const examined = { title: contenderOf(name).title, origin: server.origin, bodies }
      problems.push(...(await findDifferences(examined, expectations)))
      await tidy()
    }
  }
  if (problems.length > 0) throw new WrongResponseError(problems.join('\n\n'))
}

async function startsOf({ options, server, names, log }: Bench): Promise<Report['start']> {
  log('Starting each contender several times…')
  const { authorization } = await callerOf(server.secret, userId(1))
  const { rounds } = options
  return startReport(await measureStarts({ ...server, names, rounds, authorization }))
}

/** Stops all contenders at once. */
export async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.map(({ server }) => server.stop()))
}
