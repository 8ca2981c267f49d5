import type { JobWithMetadata, PgBoss } from 'pg-boss'
import type { Driver } from '../database/drivers/driver.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { bossDatabase } from './boss-database.ts'
import { deadLettersOf } from './job-queues.ts'
import { isJobId, jobStates } from './job-status.ts'
import { bossOptions, hasJobTables, idle, tablesMissing } from './job-tables.ts'
import type { JobState } from './job.types.ts'
import { loadBoss } from './load-boss.ts'

/** The jobs of one kind, counted. */
export interface JobCounts {
  readonly job: string
  readonly waiting: number
  readonly running: number
  readonly failed: number
  readonly dead: number
}

/** One job, for an operator. */
export interface JobFacts {
  readonly id: string
  readonly job: string
  /** `dead` for a dead letter. */
  readonly state: JobState | 'dead'
  readonly attempts: number
  readonly priority: number
  readonly key: string | null
  readonly createdAt: Date
  readonly startAfter: Date
  readonly endedAt: Date | null
  readonly input: unknown
  /** The last error; `null` without one. */
  readonly error: unknown
}

/** One schedule, for an operator. */
export interface ScheduleFacts {
  readonly job: string
  readonly cron: string
  readonly timeZone: string
  readonly key: string
  readonly next: Date | undefined
}

/** The beginning of the queues that pg-boss itself uses. */
const internal = '__pgboss__'
const deadEnding = deadLettersOf('')

/** Reads and changes the jobs of a database, for `plinth jobs`. It needs no app. */
export class JobAdmin implements AsyncDisposable {
  readonly #boss: PgBoss
  readonly #driver: Driver

  private constructor(boss: PgBoss, driver: Driver) {
    this.#boss = boss
    this.#driver = driver
  }

  /** @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: pg-boss or its tables are missing */
  static async open(driver: Driver): Promise<JobAdmin> {
    const { PgBoss } = await loadBoss()
    if (!(await hasJobTables(driver))) throw tablesMissing()
    const boss = new PgBoss({ ...bossOptions(driver), ...idle, migrate: false })
    boss.on('error', () => {})
    await boss.start()
    return new JobAdmin(boss, driver)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#boss.stop({ graceful: false })
  }

  /** Counts the jobs of each kind. Workers count every ten seconds. */
  async counts(): Promise<JobCounts[]> {
    await this.#boss.supervise()
    const queues = await this.#boss.getQueues()
    const deadOf = new Map(queues.map(({ name, queuedCount }) => [name, queuedCount]))
    return queues
      .filter(({ name }) => !name.endsWith(deadEnding) && !name.startsWith(internal))
      .map(({ name, queuedCount, activeCount, failedCount }) => ({
        job: name,
        waiting: queuedCount,
        running: activeCount,
        failed: failedCount,
        dead: deadOf.get(deadLettersOf(name)) ?? 0,
      }))
  }

  /** The jobs of one kind with its dead letters, oldest first. */
  async list(name: string, limit: number): Promise<JobFacts[]> {
    const found: JobFacts[] = []
    for (const queue of [name, deadLettersOf(name)])
      if ((await this.#boss.getQueue(queue)) !== null)
        found.push(...(await this.#boss.findJobs(queue, { limit })).map(factsOf))
      else if (queue === name) throw unknown(`There is no job "${name}"`)
    return found
  }

  /** The newest jobs of one kind and the newest of its dead letters, newest first. */
  async newest(name: string, limit: number): Promise<JobFacts[]> {
    if ((await this.#boss.getQueue(name)) === null) throw unknown(`There is no job "${name}"`)
    const found: JobFacts[] = []
    for (const queue of [name, deadLettersOf(name)])
      for (const id of await newestIds(this.#driver, queue, limit))
        found.push(...(await this.#boss.findJobs(queue, { id })).map(factsOf))
    return found.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  }

  async find(id: string): Promise<JobFacts> {
    return factsOf(await this.#found(id))
  }

  /** Runs a failed or canceled job again, or all dead letters of a job by its name. Returns how many. */
  async retry(idOrName: string): Promise<number> {
    if (!isJobId(idOrName)) return await this.#retryDead(idOrName)
    await this.#retryOne(await this.#found(idOrName))
    return 1
  }

  async #retryDead(name: string): Promise<number> {
    const queue = deadLettersOf(name)
    if ((await this.#boss.getQueue(queue)) === null) throw unknown(`There is no job "${name}"`)
    let count = 0
    for (;;) {
      const dead = await this.#boss.findJobs(queue, { queued: true, limit: 100 })
      if (dead.length === 0) return count
      for (const each of dead) await this.#retryOne(each)
      count += dead.length
    }
  }

  /** The job itself runs again, under its own id. Its dead letter is deleted. */
  async #retryOne(job: JobWithMetadata<unknown>): Promise<void> {
    const { name, id, state, sourceName, sourceId } = job
    if (name.endsWith(deadEnding)) {
      const [original] =
        sourceName !== null && sourceId !== null
          ? await this.#boss.findJobs(sourceName, { id: sourceId })
          : []
      if (original?.state === 'failed') {
        await this.#boss.retry(original.name, original.id)
        await this.#boss.deleteJob(name, id)
      } else await this.#boss.redrive(name, { ids: [id] })
    } else if (state === 'failed') {
      await this.#boss.retry(name, id)
      const letters = await this.#boss.findJobs(deadLettersOf(name), { limit: 10_000 })
      for (const letter of letters)
        if (letter.sourceId === id) await this.#boss.deleteJob(letter.name, letter.id)
    } else if (state === 'cancelled') await this.#boss.resume(name, id)
    else throw unknown(`The job ${id} is ${jobStates[state]}: only one that failed can be retried`)
  }

  /** Cancels a job that has not ended. A worker that runs it is told by its signal. */
  async cancel(id: string): Promise<void> {
    const { name, state } = await this.#found(id)
    if (['completed', 'cancelled', 'failed'].includes(state))
      throw unknown(`The job ${id} is ${jobStates[state]}: there is nothing to cancel`)
    await this.#boss.cancel(name, id)
  }

  async schedules(): Promise<ScheduleFacts[]> {
    return (await this.#boss.getSchedules()).map(({ name, cron, timezone, key }) => ({
      job: name,
      cron,
      timeZone: timezone,
      key,
      next: this.#boss.previewSchedule(cron, { tz: timezone, count: 1 })[0],
    }))
  }

  async #found(id: string): Promise<JobWithMetadata<unknown>> {
    if (!isJobId(id))
      throw unknown(`"${id}" is not the id of a job: plinth jobs list <job> shows them`)
    for (const { name } of await this.#boss.getQueues()) {
      const [job] = await this.#boss.findJobs(name, { id })
      if (job !== undefined) return job
    }
    throw unknown(`There is no job ${id}: it may have been deleted after its keepDays`)
  }
}

/** The ids of the newest jobs of a queue. pg-boss itself lists the oldest first. */
async function newestIds(driver: Driver, queue: string, limit: number): Promise<string[]> {
  const text = 'select id from pgboss.job where name = $1 order by created_on desc limit $2'
  const { rows } = await bossDatabase(driver).executeSql(text, [queue, limit])
  return (rows as { readonly id: string }[]).map(({ id }) => id)
}

const unknown = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

function factsOf(job: JobWithMetadata<unknown>): JobFacts {
  const isDead = job.name.endsWith(deadEnding)
  return {
    id: job.id,
    job: isDead ? job.name.slice(0, -deadEnding.length) : job.name,
    state: isDead ? 'dead' : (jobStates[job.state] ?? 'waiting'),
    attempts: isDead
      ? (job.sourceRetryCount ?? 0) + 1
      : job.state === 'created'
        ? 0
        : job.retryCount + 1,
    priority: job.priority,
    key: job.singletonKey,
    createdAt: job.createdOn,
    startAfter: job.startAfter,
    endedAt: job.completedOn,
    input: job.data,
    error: isDead ? job.sourceOutput : job.output,
  }
}
