import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { BenchmarkResults } from './benchmark-chart.ts'
import { landingPage } from './landing-page.ts'
import { guideFooter, readSubjects } from './reference/subjects.ts'
import { writeReference } from './reference/write-reference.ts'

/** The folder that VitePress reads. */
export const pagesOf = (root: string): string => join(root, 'site/.pages')

/** Pages that other folders of the repository have, by their place in the site. */
const otherPages: Readonly<Record<string, string>> = {
  'bench/README.md': 'benchmark.md',
  'CHANGELOG.md': 'changelog.md',
}

/** The place of a file in the site; undefined for a file that is not part of it. */
const placeOf = (file: string): string | undefined =>
  otherPages[file] ?? (file.startsWith('docs/') ? file.slice('docs/'.length) : undefined)

/** The files whose text is in the site. */
export const sourcesOf = (root: string): string[] => [
  ...globSync('docs/**/*.md', { cwd: root }),
  ...Object.keys(otherPages),
  'README.md',
]

/**
 * Gathers the pages of the site: `docs/`, the landing page, and the reference from the docblocks.
 *
 * The pages of `docs/` stay plain Markdown that a repository browser shows too.
 */
export async function assemblePages(root: string): Promise<void> {
  const pages = pagesOf(root)
  rmSync(pages, { recursive: true, force: true })
  mkdirSync(pages, { recursive: true })
  for (const source of sourcesOf(root)) assemblePage(root, source)
  cpSync(join(root, 'site/public'), join(pages, 'public'), { recursive: true })
  cpSync(join(root, 'bench/results'), join(pages, 'results'), {
    recursive: true,
    filter: (path) => !path.endsWith('.json'),
  })
  await writeReference(root, join(pages, 'reference'))
}

/** Writes the page of one file. */
export function assemblePage(root: string, source: string): void {
  const text = readFileSync(join(root, source), 'utf8')
  const place = placeOf(source)
  const to = join(pagesOf(root), place ?? 'index.md')
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(
    to,
    place === undefined ? landingPage(text, resultsIn(root)) : guidePage(root, text, source),
  )
}

const resultsIn = (root: string): BenchmarkResults =>
  JSON.parse(readFileSync(join(root, 'bench/results/latest.json'), 'utf8')) as BenchmarkResults

/** A page of the site; a guide ends with links to the reference of its subject. */
function guidePage(root: string, text: string, source: string): string {
  const page = withPlaces(text, source)
  const subjects = readSubjects(readFileSync(join(root, 'docs/entry-points.md'), 'utf8'))
  const footer = guideFooter(subjects, source.replace(/^docs\//, ''))
  return footer === undefined ? page : `${page.trimEnd()}\n\n---\n\n${footer}\n`
}

const link =
  /(?<!!)\[(?<label>[^\]]+)\]\((?!https?:|#|mailto:)(?<to>[^)#\s]+)(?<anchor>#[^)\s]*)?\)/g

/** Turns the links of a file into links of the site. A link to a file outside of the site becomes text. */
export function withPlaces(text: string, source: string): string {
  const here = posix.dirname(placeOf(source) ?? '')
  return [...text.matchAll(link)].toReversed().reduce((page, { 0: whole, index, groups = {} }) => {
    const { label = '', to = '', anchor = '' } = groups
    const place = placeOf(posix.join(posix.dirname(source), to))
    const path = place && posix.relative(here, place)
    const shown = path === undefined ? label : `[${label}](${relative(path)}${anchor})`
    return page.slice(0, index) + shown + page.slice(index + whole.length)
  }, text)
}

const relative = (path: string): string => (path.startsWith('.') ? path : `./${path}`)
