import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dependency, id, listing, model, owner, resource, router, serve } from 'plinth'
import { testDatabase } from 'plinth/testing'
import * as z from 'zod'
import { openBrowser } from '../../packages/plinth/test/support/open-browser.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200),
  dueAt: z.date().nullable(),
  userId: owner(),
})

const rows = [
  { id: '01890a5d-ac96-774b-bcce-b302099a8001', title: 'Paint the fence', dueAt: null },
  {
    id: '01890a5d-ac96-774b-bcce-b302099a8002',
    title: 'Water the plants',
    dueAt: new Date('2027-05-04T18:00:00Z'),
  },
]

/** Takes the pictures of the landing page from a service that runs. Returns an exit code. */
export async function takePictures(root: string): Promise<number> {
  const folder = join(root, 'site/public/pictures')
  mkdirSync(folder, { recursive: true })
  const db = await testDatabase({ models: { Task } })
  const user = dependency(() => ({ id: 'ann' }))
  await db.insert(Task).values(rows.map((row) => ({ ...row, userId: 'ann' })))
  const tasks = resource(router('/api/tasks', { dependencies: { user } }), Task, {
    db,
    listing: listing(Task, { sort: ['title'], search: ['title'] }),
  })
  const api = app({ title: 'Tasks', routes: { tasks } })
  const server = await serve(api, { port: 0, signals: false, lameDuck: 0 })
  await using browser = await openBrowser()
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 2,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  })
  await page.goto(`${server.url}/docs`)
  const list = page.locator('.opblock-get').first()
  await list.locator('.opblock-summary').click()
  await list.locator('.execute').click()
  await list.locator('.live-responses-table').waitFor()
  await list.locator('.responses-wrapper').scrollIntoViewIfNeeded()
  await page.screenshot({ path: join(folder, 'docs-page.png'), animations: 'disabled' })
  console.log(join(folder, 'docs-page.png'))
  await server.close()
  await db.close()
  return 0
}
