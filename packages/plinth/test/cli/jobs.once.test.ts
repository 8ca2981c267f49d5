// Background jobs with the commands: plinth dev, plinth work and plinth jobs.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

const files = {
  'src/mails.ts': `import { job } from 'plinth/jobs'
import { db } from './database.ts'
import * as z from 'zod'

export const mail = job('mail', { input: z.object({ to: z.string() }), retries: 0, dependencies: { db } },
  async ({ input, db, attempt }) => {
    if (input.to === 'unknown' && attempt === 1) throw new Error('no such mailbox')
    await db.execute(\`insert into notes (text, user_id) values ('mail to \${input.to}', 'ann')\`)
  })
export const daily = mail.schedule('0 6 * * *', { input: { to: 'all' }, timeZone: 'Europe/Berlin' })
`,
  'src/notes.ts': `import { router } from 'plinth'
import { db } from './database.ts'
import { mail } from './mails.ts'

const base = router('/mails', { dependencies: { db } })
export const send = base.post('/:to', {}, async ({ params, db }) => ({ id: await mail.enqueue(db, { to: params.to }) }))
export const list = base.get('/', {}, async ({ db }) => (await db.execute('select text from notes order by text')).rows)
`,
  'src/api.ts': `import { app } from 'plinth'
import { db } from './database.ts'
import * as mails from './mails.ts'
import * as notes from './notes.ts'

export const api = app({ title: 'Notes', routes: { notes }, jobs: { db, modules: { mails } } })
`,
}

let project: CliProject
beforeAll(() => {
  project = cliProject(files)
})
afterAll(() => project[Symbol.dispose]())

const json = async (response: Response): Promise<unknown> => response.json()

it('plinth dev runs jobs in its process, and plinth jobs lists, shows, retries and cancels them beside it', async () => {
  const port = await freePort()
  await using dev = project.run(['dev', '--port', String(port)])
  await dev.until(/localhost/)
  const url = `http://127.0.0.1:${port}/mails`
  const post = async (to: string): Promise<string> => {
    const { id } = (await json(await fetch(`${url}/${to}`, { method: 'POST' }))) as { id: string }
    return id
  }
  await post('ann')
  await expect.poll(async () => json(await fetch(url))).toEqual([{ text: 'mail to ann' }])
  const failed = await post('unknown')
  const plinth = async (...args: string[]): Promise<unknown> => {
    const { stdout, stderr, code } = await project.plinth(['jobs', ...args, '--json'])
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout)
  }
  await expect
    .poll(() => plinth('show', failed))
    .toMatchObject({
      state: 'failed',
      input: { to: 'unknown' },
      error: { message: 'no such mailbox' },
    })
  expect(await plinth('list')).toMatchObject([{ job: 'mail', dead: 1 }])
  expect(await plinth('list', 'mail')).toMatchObject([
    { state: 'done' },
    { state: 'failed', id: failed },
    { state: 'dead' },
  ])
  expect(await plinth('schedules')).toMatchObject([
    { job: 'mail', cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
  ])
  expect(await plinth('retry', 'mail')).toEqual({ retried: 1 })
  await expect
    .poll(async () => json(await fetch(url)))
    .toEqual([{ text: 'mail to ann' }, { text: 'mail to unknown' }])
  expect(await plinth('list', 'mail')).toMatchObject([
    { state: 'done' },
    { state: 'done', id: failed },
  ])
  const ended = await project.plinth(['jobs', 'cancel', failed])
  expect(ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is nothing to cancel'),
  })
})

it('in production a process refuses to start until plinth db migrate has installed the tables of jobs', async () => {
  using fresh = cliProject(files)
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: 'pglite:./data',
    BETTER_AUTH_SECRET: 'x'.repeat(8),
  }
  const settings = { env: { ...env, BETTER_AUTH_SECRET: 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA' } }
  const refused = await fresh.plinth(['work'], settings)
  expect(refused.code).toBe(1)
  expect(refused.stderr + refused.stdout).toContain('run plinth db migrate')
  const migrated = await fresh.plinth(['db', 'migrate'], settings)
  expect(migrated, migrated.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('applied the tables of jobs (pg-boss)'),
  })
  await using working = fresh.run(['work', '--concurrency', '2'], settings)
  await working.until(/"msg":"working"/)
  working.kill('SIGTERM')
  expect(await working.ended).toBe(0)
})
