import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

interface Look {
  readonly name: string
  readonly context: BrowserContextOptions
}
const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, isMobile: true }
const looks: readonly Look[] = [
  { name: 'desktop', context: { ...desktop, colorScheme: 'light' } },
  { name: 'desktop-dark', context: { ...desktop, colorScheme: 'dark' } },
  { name: 'phone', context: { ...phone, colorScheme: 'light' } },
  { name: 'phone-dark', context: { ...phone, colorScheme: 'dark' } },
]

/** The view of a page in a browser. */
export interface PageView {
  readonly path: string
  readonly look: string
  /** Kilobytes that were sent, compressed, without the search index. */
  readonly kilobytes: number
  /** Milliseconds until the first paint. */
  readonly firstPaint: number
  /** The cumulative layout shift. */
  readonly shift: number
  /** True if the page scrolls sideways. */
  readonly isTooWide: boolean
  /** Errors of the console, and requests to other hosts. */
  readonly errors: readonly string[]
  /** Violations of accessibility rules, with the number of elements. */
  readonly violations: readonly string[]
}

type Observed = Pick<PageView, 'firstPaint' | 'shift' | 'isTooWide'>

/** Options of {@link browsePages}. */
export interface BrowseOptions {
  readonly url: string
  readonly paths: readonly string[]
  /** A search to open on the first page, as a view of its own. */
  readonly search: string
  /** A folder for screenshots. */
  readonly pictures: string
}

/** Opens each page on a desktop and on a phone, light and dark. */
export async function browsePages(browser: Browser, options: BrowseOptions): Promise<PageView[]> {
  const { url, paths, search, pictures } = options
  mkdirSync(pictures, { recursive: true })
  const views: PageView[] = []
  for (const look of looks) {
    const context = await browser.newContext({ ...look.context, reducedMotion: 'reduce' })
    const view = async (path: string, name: string, prepare?: (page: Page) => Promise<void>) => {
      const page = await context.newPage()
      const seen = await watchPage(page, url)
      await page.goto(url + path, { waitUntil: 'networkidle' })
      await prepare?.(page)
      const observed = await page.evaluate<Observed>(observe)
      const axe = new AxeBuilder({ page })
      // VitePress' list of hits is a list box of links, which an arrow key selects
      if (prepare !== undefined) axe.exclude('.VPLocalSearchBox')
      const { violations } = await axe.analyze()
      await page.screenshot({ path: join(pictures, `${name}-${look.name}.png`) })
      await page.close()
      views.push({
        path: name,
        look: look.name,
        kilobytes: Math.round(seen.bytes / 1000),
        ...observed,
        errors: seen.errors,
        violations: violations.map(({ id, nodes }) => `${id} (${nodes.length})`),
      })
    }
    for (const path of paths)
      await view(path, path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'index')
    await view(paths[0]!, 'search', async (page) => {
      await page.locator('.VPNavBarSearch button').first().click()
      await page.locator('.search-input').fill(search)
      await page.locator('.results .result').first().waitFor()
    })
    await context.close()
  }
  return views
}

/** Counts what a page loads, and collects its errors and its requests to other hosts. */
async function watchPage(
  page: Page,
  url: string,
): Promise<{ readonly errors: string[]; bytes: number }> {
  const seen = { errors: [] as string[], bytes: 0 }
  await page.route('**', (route) => {
    if (route.request().url().startsWith(url)) return route.continue()
    seen.errors.push(`requests ${route.request().url()}`)
    return route.abort()
  })
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()))
  page.on('pageerror', (error) => seen.errors.push(error.message))
  page.on('response', (response) => {
    if (!response.url().includes('localSearchIndex'))
      seen.bytes += Number(response.headers()['content-length'] ?? 0)
  })
  return seen
}

/** Runs in the page, whose names the compiler of this file does not know. */
const observe = `new Promise((resolve) => {
  let shift = 0
  const { scrollWidth, clientWidth } = document.documentElement
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint')
    resolve({
      firstPaint: Math.round(paint?.startTime ?? 0),
      shift: Math.round(shift * 1000) / 1000,
      isTooWide: scrollWidth > clientWidth,
    })
  }, 100)
})`
