import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions } from 'playwright-core'

interface Look {
  readonly name: string
  readonly context: BrowserContextOptions
}
const desktop = { viewport: { width: 1280, height: 800 } }
const looks: readonly Look[] = [
  { name: 'desktop', context: { ...desktop, colorScheme: 'light' } },
  { name: 'desktop-dark', context: { ...desktop, colorScheme: 'dark' } },
  { name: 'phone', context: { viewport: { width: 390, height: 844 }, isMobile: true } },
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
  /** A folder for screenshots. */
  readonly pictures: string
}

/** Opens each page on a desktop, light and dark, and on a phone. */
export async function browsePages(
  browser: Browser,
  { url, paths, pictures }: BrowseOptions,
): Promise<PageView[]> {
  mkdirSync(pictures, { recursive: true })
  const views: PageView[] = []
  for (const look of looks) {
    const context = await browser.newContext({ ...look.context, reducedMotion: 'reduce' })
    const errors: string[] = []
    await context.route('**', (route) => {
      if (route.request().url().startsWith(url)) return route.continue()
      errors.push(`asks ${route.request().url()}`)
      return route.abort()
    })
    for (const path of paths) {
      const page = await context.newPage()
      let bytes = 0
      errors.length = 0
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('response', (response) => {
        if (!response.url().includes('localSearchIndex'))
          bytes += Number(response.headers()['content-length'] ?? 0)
      })
      await page.goto(url + path, { waitUntil: 'networkidle' })
      const seen = await page.evaluate<Observed>(observe)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const name = path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'index'
      await page.screenshot({ path: join(pictures, `${name}-${look.name}.png`) })
      views.push({
        path,
        look: look.name,
        kilobytes: Math.round(bytes / 1000),
        ...seen,
        errors: [...errors],
        violations: violations.map(({ id, nodes }) => `${id} (${nodes.length})`),
      })
      await page.close()
    }
    await context.close()
  }
  return views
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
