import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser } from '../../packages/plinth/test/support/open-browser.ts'
import { searchOf } from './ask-search.ts'
import { browsePages, type PageView } from './browse-pages.ts'
import { deadLinks, pathsOf } from './dead-links.ts'
import { searchQuestions } from './search-questions.ts'
import { serveSite } from './static-server.ts'

/** The most kilobytes that a page may send, without the search index. */
const mostKilobytes = 300

/** The most layout shift that reading does not notice, by the Core Web Vitals. */
const mostShift = 0.1

/** The pages that the browser opens. */
const opened = [
  '/',
  '/tutorial/01-first-route',
  '/guides/organizations',
  '/models',
  '/routing',
  '/auth',
  '/errors',
  '/coming-from-fastapi',
  '/deploy/docker',
  '/benchmark',
  '/reference/',
  '/reference/the-app',
]

/** Checks the built site: links and anchors, the search, and ten pages in a browser. Returns an exit code. */
export async function checkSite(root: string): Promise<number> {
  const folder = join(root, '.build/site')
  if (!existsSync(folder)) {
    console.error('The site is not built: run npm run docs first.')
    return 1
  }
  const { links, dead } = deadLinks(folder)
  console.log(`${pathsOf(folder).length} pages, ${links} links, ${dead.length} dead`)
  const problems = dead.map((link) => `dead link: ${link}`)
  problems.push(...(await wrongHits(join(root, 'site'), folder)))
  await using server = await serveSite(folder)
  await using browser = await openBrowser()
  const options = {
    url: server.url,
    paths: opened,
    search: 'paginate',
    pictures: join(root, '.build/site-pictures'),
  }
  const views = await browsePages(browser, options)
  console.table(views.map(({ errors: _errors, violations: _violations, ...view }) => view))
  problems.push(...views.flatMap(problemsOf))
  for (const problem of problems) console.error(`✗ ${problem}`)
  console.log(
    problems.length === 0
      ? `✓ The site has no problems. Look at its pictures in ${options.pictures}`
      : `✗ The site has ${problems.length} problems.`,
  )
  return problems.length === 0 ? 0 : 1
}

async function wrongHits(site: string, folder: string): Promise<string[]> {
  const search = await searchOf(site, folder)
  const wrong = searchQuestions.flatMap(([question, ...pages]) => {
    const hits = search(question).map((hit) => hit.replace(/^\//, '').replace(/\.html/, ''))
    const isRight = pages.includes(hits[0]?.replace(/#.*$/, '').replace(/\/$/, '/index') ?? '')
    return isRight
      ? []
      : [`search: "${question}" finds ${hits.slice(0, 3).join(', ') || 'nothing'}`]
  })
  console.log(`${searchQuestions.length} questions, ${wrong.length} with another first hit`)
  return wrong
}

function problemsOf(view: PageView): string[] {
  const found = [...view.errors, ...view.violations.map((rule) => `accessibility: ${rule}`)]
  // the search shows texts of pages, which it loads
  const isSearch = view.path === 'search'
  if (!isSearch && view.kilobytes > mostKilobytes)
    found.push(`sends ${view.kilobytes} kB: at most ${mostKilobytes}`)
  if (!isSearch && view.shift > mostShift)
    found.push(`shifts its layout by ${view.shift}: at most ${mostShift}`)
  if (view.isTooWide) found.push('scrolls sideways')
  return found.map((problem) => `${view.path} (${view.look}): ${problem}`)
}
