import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { navigation } from '../docs/navigation.ts'

/** The template's AGENTS.md, whose block is the source of every file for coding assistants. */
export const agentsFile = 'packages/create-plinth/template/AGENTS.md'

/** A page of `docs/`, for a list of all pages. */
export interface DocsPage {
  /** The path of its file below `docs/`. */
  readonly file: string
  readonly title: string
  /** Its sections, or the first sentence of its prose. */
  readonly note: string
  readonly group: string
}

/** The block between the markers, with them. A new version of the package replaces it as a whole. */
export function managedBlock(text: string): { readonly version: string; readonly block: string } {
  const found = /<!-- BEGIN:plinth (\S+) -->[\s\S]*?<!-- END:plinth -->/.exec(text)
  if (found === null) throw new Error(`${agentsFile} has no block of plinth`)
  return { block: found[0], version: found[1]! }
}

/** Lists the pages of the navigation, in its order. */
export const docsPages = (root: string): DocsPage[] =>
  navigation.flatMap(({ text: group, pages }) =>
    pages.map(({ page }) => {
      const file = `${page}.md`
      return { file, group, ...openingOf(readFileSync(join(root, 'docs', file), 'utf8')) }
    }),
  )

/** The heading of a page, and its sections; the first sentence of its prose if it has none. */
export function openingOf(text: string): Pick<DocsPage, 'title' | 'note'> {
  const plain = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/<[^>]+>/g, '')
  const [title = '', ...sections] = [...plain.matchAll(/^#{1,2} (.+)$/gm)].map(
    ([, words]) => words!,
  )
  if (sections.length > 0 && !/^\d/.test(title))
    return {
      title: title.replaceAll('`', ''),
      note: `${sections.slice(0, mostSections).join(', ')}.`,
    }
  const paragraph = plain
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .find((part) => /^[\w`[*"]/.test(part))
  const words = (paragraph ?? '')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/^\*\*[^*]+\.\*\*\s*/, '')
    .replaceAll(/\s+/g, ' ')
  return { title: title.replaceAll('`', ''), note: /^.+?\.(?=\s|$)/.exec(words)?.[0] ?? words }
}

/** The sections that the line of a page names. */
const mostSections = 14

const linesOf = (pages: readonly DocsPage[], urlOf: (page: DocsPage) => string): string =>
  [...Map.groupBy(pages, ({ group }) => group)]
    .map(([group, inside]) => {
      const lines = inside.map((page) => `- [${page.title}](${urlOf(page)}): ${page.note}`)
      return `## ${group}\n\n${lines.join('\n')}`
    })
    .join('\n\n')

/** The index of the pages in the package: one line for each. */
export const docsIndex = (root: string): string =>
  `# Documentation of Plinth\n\nOne line per page. Read the pages of your task before you write code.\n\n${linesOf(docsPages(root), ({ file }) => file)}\n`

/** The text of `llms.txt`, as https://llmstxt.org describes it, with the pages in `folder`. */
export const llmsText = (root: string, folder = '/'): string =>
  `# Plinth\n\n> ${about}\n\n${linesOf(docsPages(root), ({ file }) => `${folder}${file}`)}\n`

/** All pages in one text. */
export const llmsFullText = (root: string): string =>
  [
    `# Plinth\n\n> ${about}`,
    ...docsPages(root).map(({ file }) => readFileSync(join(root, 'docs', file), 'utf8').trim()),
  ].join('\n\n---\n\n') + '\n'

const about =
  'TypeScript backends from one model: FastAPI, SQLModel and Pydantic for TypeScript, on Postgres, with Better Auth.'

/** The skill of the package, for assistants that look for skills. */
export function skillText(root: string): string {
  const { block, version } = managedBlock(readFileSync(join(root, agentsFile), 'utf8'))
  const rules = block.replaceAll(/<!--[\s\S]*?-->\n*/g, '').trim()
  return `---
name: plinth
description: Writes and changes backends that use the npm package plinth (routes, models, migrations, Better Auth callers, jobs, sockets, tests). Use it whenever a file imports from "plinth" or package.json depends on it.
metadata:
  version: ${version}
---

${rules}
`
}

const ofThePackage = ['docs', 'skills', 'AGENTS.md', 'llms.txt']

/** Writes the documentation, the rules and the skill into the folder of the package, before it is packed. */
export function addAgentFiles(root: string, folder: string): void {
  removeAgentFiles(folder)
  for (const file of globSync('**/*.md', { cwd: join(root, 'docs') })) {
    const to = join(folder, 'docs', file)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, inPackage(readFileSync(join(root, 'docs', file), 'utf8'), file))
  }
  writeFileSync(join(folder, 'docs/index.md'), docsIndex(root))
  writeFileSync(join(folder, 'llms.txt'), llmsText(root, 'docs/'))
  cpSync(join(root, agentsFile), join(folder, 'AGENTS.md'))
  mkdirSync(join(folder, 'skills/plinth'), { recursive: true })
  writeFileSync(join(folder, 'skills/plinth/SKILL.md'), skillText(root))
}

/** Removes them after the pack. */
export function removeAgentFiles(folder: string): void {
  for (const name of ofThePackage) rmSync(join(folder, name), { recursive: true, force: true })
}

const link = /(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g

/** Turns links to files outside of `docs/` into text: the package does not have them. */
const inPackage = (text: string, file: string): string =>
  text.replaceAll(link, (whole, label: string, to: string) =>
    posix.join(posix.dirname(file), to).startsWith('..') ? label : whole,
  )

/** Writes `llms.txt`, `llms-full.txt` and each page as Markdown into the built site. */
export function addToSite(root: string, site: string): void {
  writeFileSync(join(site, 'llms.txt'), llmsText(root))
  writeFileSync(join(site, 'llms-full.txt'), llmsFullText(root))
  for (const { file } of docsPages(root)) {
    mkdirSync(dirname(join(site, file)), { recursive: true })
    cpSync(join(root, 'docs', file), join(site, file))
  }
}
