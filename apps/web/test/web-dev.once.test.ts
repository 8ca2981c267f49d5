// @module-tag chromium
// `npm run dev` like a user: one command, a browser, Ctrl-C.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, expect, it } from 'vitest'
import { addTask, rowOf, signUp, visitor } from './browser.ts'
import { openBrowser } from '../../../packages/plinth/test/support/open-browser.ts'
import { processesWith, root, run, shell, type Running } from './children.ts'
import { shownOutput } from '../../../packages/plinth/test/docs/shown-output.ts'
import { freePort } from '../../../scripts/test/free-port.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-dev-'))
const build = `.next-test-${randomBytes(4).toString('hex')}`
const env = shell({
  WEB_BUILD_DIR: build,
  BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
  AUTH_DATABASE_URL: `pglite:${directory}/auth`,
  DATABASE_URL: `pglite:${directory}/api`,
})
const ann = { name: 'Ann', email: 'ann@example.com', password: 'correct horse battery' }
let dev: Running | undefined

/** Sends the signal to every process of the command's group, like Ctrl-C in a terminal. */
const pressCtrlC = ({ child }: Running): void => void process.kill(-child.pid!, 'SIGINT')

afterAll(() => {
  if (dev?.child.exitCode === null) process.kill(-dev.child.pid!, 'SIGTERM')
  rmSync(join(root, 'apps/web', build), { recursive: true, force: true })
  rmSync(directory, { recursive: true, force: true })
})

it('npm run dev starts both servers for a user, and leaves nothing behind except the user’s task', async () => {
  const [apiPort, webPort] = [await freePort(), await freePort()]
  const ports = { PORT: String(apiPort), WEB_PORT: String(webPort) }
  dev = run('npm', ['run', 'dev'], { env: { ...env, ...ports }, isGroup: true })
  await dev.says(/Ctrl-C ends both/)
  const web = `http://localhost:${webPort}`
  const api = `http://localhost:${apiPort}`
  const shown = shownOutput('docs/frontend.md', 'Ctrl-C ends both')
    .replaceAll('http://localhost:3000', web)
    .replaceAll('http://localhost:8000', api)
  expect(dev.output()).toContain(`\n${shown}\n`)

  const browser = await openBrowser()
  const { page, complaints } = await visitor(browser, web)
  await signUp(page, ann)
  await addTask(page, 'Read the manual')
  await page.reload()
  await rowOf(page, 'Read the manual').waitFor()
  expect(complaints).toEqual([])
  await browser.close()
  const forgotten = await fetch(`${web}/api/auth/request-password-reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ann.email }),
  })
  expect(forgotten.status).toBe(200)
  await dev.says(/Email to ann@example\.com: Reset your password/)
  await dev.says(new RegExp(`${web}/reset-password\\?token=\\w+`))
  expect(dev.output()).toMatch(/^api │ [\d:]+ info  POST \/api\/tasks 201/m)

  const second = run('npm', ['run', 'dev'], { env: { ...env, ...ports } })
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain(
    `\nPort ${apiPort} is in use: stop the program that has it, or set another with PORT\n`,
  )

  const now = new Date()
  utimesSync(join(root, 'apps/api/src/main.ts'), now, now)
  await dev.says(/^api │ .*[Rr]estart(ed|ing) 'apps\/api\/src\/main\.ts'/m)
  const alive = async (): Promise<number> =>
    (await fetch(`${api}/health/ready`).catch(() => undefined))?.status ?? 0
  await expect.poll(alive).toBe(200)

  pressCtrlC(dev)
  expect(await dev.ended).toBe(0)
  expect(processesWith(build)).toEqual([])
  for (const database of ['api', 'auth'])
    expect(existsSync(join(directory, `${database}.lock`))).toBe(false)

  const users = await rows('auth', 'select id, email from auth."user"')
  expect(users).toMatchObject([{ email: ann.email }])
  const tasks = await rows('api', 'select title, user_id from tasks')
  expect(tasks).toEqual([{ title: 'Read the manual', user_id: users[0]?.['id'] }])
})

async function rows(name: string, statement: string): Promise<Record<string, unknown>[]> {
  const database = await PGlite.create(join(directory, name))
  const { rows } = await database.query<Record<string, unknown>>(statement)
  await database.close()
  return rows
}
