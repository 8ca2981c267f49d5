import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serve, type App, type Database } from 'plinth'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../../packages/plinth/test/support/open-browser.ts'
import { editorPage, type Look } from './editor-page.ts'
import { programOf } from './landing-page.ts'

const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'
/** The address that the pictures show. The server has another port, which may be free. */
const shown = 'http://localhost:8000'
/** The program of the README. */
interface Program {
  readonly api: App
  readonly db: Database
}

interface Picture {
  readonly name: string
  readonly size: { readonly width: number; readonly height: number }
  readonly open: (page: Page, look: Look) => Promise<void>
}

/** Takes the pictures of the landing page, light and dark, from the program of the README. Returns an exit code. */
export async function takePictures(root: string): Promise<number> {
  mkdirSync(join(root, '.plinth'), { recursive: true })
  // below the root, so that its imports are found as in a project
  const folder = mkdtempSync(join(root, '.plinth/pictures-'))
  const { api, db } = await startProgram(root, folder)
  const server = await serve(api, { port: 0, signals: false, lameDuck: 0 })
  const editor = await editorPage(root, folder)
  const pictures: readonly Picture[] = [
    {
      name: 'docs-page',
      size: { width: 620, height: 570 },
      open: (page) => openDocs(page, server.url),
    },
    {
      name: 'completion',
      size: { width: 620, height: 268 },
      open: async (page, look) => page.setContent(await editor(look)),
    },
  ]
  await using browser = await openBrowser()
  for (const picture of pictures)
    for (const look of ['light', 'dark'] as const) {
      const path = join(root, `site/public/pictures/${picture.name}-${look}.png`)
      await takePicture(browser, { ...picture, look, path })
      console.log(path)
    }
  await server.close()
  await db.close()
  rmSync(folder, { recursive: true })
  return 0
}

/** Writes the program of the README, and loads it. */
async function startProgram(root: string, folder: string): Promise<Program> {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  writeFileSync(join(folder, 'tasks.ts'), programOf(readme))
  process.env['DATABASE_URL'] = 'pglite:memory'
  process.env['BETTER_AUTH_SECRET'] = secret
  return (await import(pathToFileURL(join(folder, 'tasks.ts')).href)) as Program
}

/** Opens the documentation page of the server. */
async function openDocs(page: Page, url: string): Promise<void> {
  await page.route(`${shown}/**`, async (route) =>
    route.fulfill({
      response: await route.fetch({ url: route.request().url().replace(shown, url) }),
    }),
  )
  await page.goto(`${shown}/docs`)
  await page.waitForSelector('.opblock')
}

interface Shot extends Picture {
  readonly look: Look
  readonly path: string
}

/** Takes a picture that is the same on each run. */
async function takePicture(browser: Browser, { size, open, look, path }: Shot): Promise<void> {
  const page = await browser.newPage({
    viewport: size,
    deviceScaleFactor: 2,
    colorScheme: look,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    // the documentation page forbids the style that stops animations
    bypassCSP: true,
  })
  await open(page, look)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  await page.close()
}
