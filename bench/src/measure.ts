import { type ContenderName, contenderOf } from './contenders.ts'
import { type Job, type JobContext, type JobName, jobNames, jobOf } from './jobs.ts'
import { load } from './load.ts'
import { cpuOf, cpuOfTree, memoryOf, usedBetween } from './process-usage.ts'
import type { ServerProcess } from './server-process.ts'
import { randomFrom } from './statistics.ts'

/**
 * The measurements of a contender in a round. Times are microseconds per request, except latencies.
 */
export interface Round {
  readonly cpuUs: number
  /** The CPU time of all processes of Postgres. */
  readonly postgresUs: number
  readonly requestsPerSecond: number
  /** Latency in milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly requests: number
}

/** A running contender whose responses were checked. */
export interface Running {
  readonly name: ContenderName
  readonly server: ServerProcess
}

/** Options of the measurement of a job. */
export interface MeasureSettings {
  readonly running: readonly Running[]
  readonly postgresPid: number
  readonly context: Omit<JobContext, 'random'>
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** Resets the rows of the database. */
  readonly tidy: () => Promise<void>
  readonly log: (line: string) => void
}

/** The maximum number of requests of a turn. */
const limit = 300_000

/** The measurements of all rounds of a job, by contender. */
export type Rounds = ReadonlyMap<ContenderName, readonly Round[]>

/**
 * Measures a job.
 *
 * After a warm-up, each contender has a turn in each round, A B C … A B C …
 *
 * Interleaving spreads other load on the machine over all contenders.
 */
export async function measureJob(name: JobName, settings: MeasureSettings): Promise<Rounds> {
  const job = jobOf(name)
  const rounds = new Map<ContenderName, Round[]>()
  // Long enough for the engine to compile and optimize the code of the job.
  for (const one of settings.running)
    await turn(job, one, { ...settings, seconds: Math.max(settings.seconds / 2, 1), seed: 1 })
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const one of settings.running) {
      const seed = 1000 * (jobNames.indexOf(name) + 1) + round
      // Reopens the connections that its pool closed during the turns of the others.
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

/** The peak and the current memory of each contender's process, in bytes. */
export const memoryOfAll = (running: readonly Running[]) =>
  new Map(running.map(({ name, server }) => [name, memoryOf(server.pid)]))
