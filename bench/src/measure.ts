import { type ContenderName, contenderOf } from './contenders.ts'
import { type Job, type JobContext, type JobName, jobNames, jobOf } from './jobs.ts'
import { load } from './load.ts'
import { cpuOf, cpuOfTree, memoryOf, usedBetween } from './process-usage.ts'
import type { ServerProcess } from './server-process.ts'
import { randomFrom } from './statistics.ts'

/** What one contender did in one round. Times are per request, in microseconds, but for the latencies. */
export interface Round {
  readonly cpuUs: number
  /** CPU time of Postgres, all its processes. */
  readonly postgresUs: number
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly requests: number
}

/** A contender that runs, and was found to answer right. */
export interface Running {
  readonly name: ContenderName
  readonly server: ServerProcess
}

/** What a job is measured with. */
export interface MeasureSettings {
  readonly running: readonly Running[]
  readonly postgresPid: number
  readonly context: Omit<JobContext, 'random'>
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** Puts the rows in order again. */
  readonly tidy: () => Promise<void>
  readonly log: (line: string) => void
}

/** Requests of one turn at the most. */
const limit = 300_000

/** What all contenders did in all rounds of a job, by name. */
export type Rounds = ReadonlyMap<ContenderName, readonly Round[]>

/**
 * Measures a job: first a warm-up of each contender, then rounds in which each has its turn, A B C … A B C …
 *
 * So whatever the machine does besides falls on all of them, and a slow minute on none alone.
 */
export async function measureJob(name: JobName, settings: MeasureSettings): Promise<Rounds> {
  const job = jobOf(name)
  const rounds = new Map<ContenderName, Round[]>()
  // Long enough that the code of the job is compiled and optimized.
  for (const one of settings.running)
    await turn(job, one, { ...settings, seconds: Math.max(settings.seconds / 2, 1), seed: 1 })
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const one of settings.running) {
      const seed = 1000 * (jobNames.indexOf(name) + 1) + round
      // Connections that its pool gave up while others had their turn are made anew.
      await turn(job, one, { ...settings, seconds: 0.3, seed: seed + 500 })
      const result = await turn(job, one, { ...settings, seed })
      rounds.set(one.name, [...(rounds.get(one.name) ?? []), result])
    }
    settings.log(`  ${name}: round ${round + 1} of ${settings.rounds}`)
  }
  return rounds
}

async function turn(
  job: Job,
  { name, server }: Running,
  settings: MeasureSettings & { seed: number },
): Promise<Round> {
  const context: JobContext = { ...settings.context, random: randomFrom(settings.seed) }
  const postgres = cpuOfTree(settings.postgresPid)
  const before = cpuOf(server.pid)
  const result = await load({
    origin: server.origin,
    connections: settings.connections,
    milliseconds: settings.seconds * 1000,
    limit,
    next: () => job.next(context),
    status: job.status,
  }).catch((error: Error) => {
    throw new Error(`${contenderOf(name).title}: ${error.message}`, { cause: error })
  })
  const cpu = cpuOf(server.pid) - before
  const postgresCpu = usedBetween(postgres, cpuOfTree(settings.postgresPid))
  if (job.writes) await settings.tidy()
  return {
    cpuUs: cpu / result.requests,
    postgresUs: postgresCpu / result.requests,
    requestsPerSecond: (result.requests * 1000) / result.milliseconds,
    p50: result.p50,
    p99: result.p99,
    requests: result.requests,
  }
}

/** Bytes that each contender's process ever had in memory, and has now. */
export const memoryOfAll = (running: readonly Running[]) =>
  new Map(running.map(({ name, server }) => [name, memoryOf(server.pid)]))
