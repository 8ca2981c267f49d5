// A service whose jobs write one row each, for workers that are killed.
import { cliProject, type CliProject } from '../support/cli-project.ts'

/** The seconds of a heartbeat: the job of a killed worker is given to another after it. */
export const heartbeat = 10

const files = {
  'src/jobs.ts': `import { setTimeout as delay } from 'node:timers/promises'
import { job } from 'plinth/jobs'
import { sql } from 'drizzle-orm'
import { db } from './database.ts'
import * as z from 'zod'

const input = z.object({ n: z.int(), ms: z.int().default(0) })
const common = { input, retries: 50, retryDelay: 1000, concurrency: 10 }
// What a killed worker did may be done again.
export const atLeastOnce = job('at-least-once', { ...common, dependencies: { db } }, async ({ input, db }) => {
  await db.execute(sql\`insert into plain (n) values (\${input.n})\`)
  await delay(input.ms)
})
// What a killed worker did is rolled back.
export const exactlyOnce = job('exactly-once', { ...common, transactional: true }, async ({ input, tx }) => {
  await tx.execute(sql\`insert into whole (n) values (\${input.n})\`)
  await delay(input.ms)
})
export const tick = job('tick', { transactional: true }, async ({ tx }) => {
  await tx.execute(sql\`insert into ticks (minute) values (date_trunc('minute', now()))\`)
})
export const everyMinute = tick.schedule('* * * * *')
`,
  'src/api.ts': `import { app, router } from 'plinth'
import { db } from './database.ts'
import * as jobs from './jobs.ts'
import * as z from 'zod'

const enqueued = router('/enqueued')
const body = z.object({ from: z.int(), to: z.int(), ms: z.int(), fails: z.boolean() })
const create = enqueued.post('/', { body }, async ({ body }) => {
  const { from, to, ms, fails } = body
  await db.transaction(async (tx) => {
    for (let n = from; n < to; n++) {
      await jobs.atLeastOnce.enqueue(tx, { n, ms })
      await jobs.exactlyOnce.enqueue(tx, { n, ms })
    }
    if (fails) throw new Error('rolled back')
  })
  return {}
})
export const api = app({
  title: 'Jobs', routes: { enqueued: { create } },
  jobs: { db, modules: { jobs }, heartbeat: ${heartbeat * 1000} },
})
`,
  'migrations/20260101000000_initial/migration.sql': `create table plain (n int not null);
--> statement-breakpoint
create table whole (n int not null);
--> statement-breakpoint
create table ticks (minute timestamptz not null);
`,
  'src/models.ts': 'export const models = {}\n',
  'src/notes.ts': undefined,
}

/** The folder of the service. */
export const jobProject = (): CliProject => cliProject(files)
