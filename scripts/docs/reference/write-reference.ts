import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from './entry.ts'
import { readEntryPoints } from './read-entries.ts'
import { pagesOf, referenceOf, type ReferencePage } from './reference-pages.ts'
import { asText, linked, type PlaceOf } from './reference-text.ts'
import { readSubjects } from './subjects.ts'
import { writeEntry } from './write-entry.ts'

/** Pages of the documentation that are read as a reference, too. */
const otherPages: readonly (readonly [page: string, title: string, about: string])[] = [
  ['entry-points', 'Entry points', 'the names to import from, and every name in one table'],
  ['errors', 'Errors', 'every error code: when it happens, and what to do'],
  ['cli', 'The plinth command', 'its commands and options'],
  ['settings', 'Settings', 'how environment variables are read'],
  ['openapi-mapping', 'OpenAPI mapping', 'a Zod schema as JSON Schema, as a column and in JSON'],
  [
    'compatibility',
    'Compatibility',
    'runtimes, Postgres and package versions, with how each is tested',
  ],
  ['stability', 'Stability', 'what is public, and what may change in which version'],
]

/** Writes the API reference from the docblocks: a page per subject, and an overview. */
export async function writeReference(root: string, folder: string): Promise<void> {
  const subjects = readSubjects(readFileSync(join(root, 'docs/entry-points.md'), 'utf8'))
  const pages = pagesOf(await readEntryPoints(root), subjects)
  const reference = referenceOf(pages)
  mkdirSync(folder, { recursive: true })
  for (const page of pages) {
    const sections = page.entries.map((entry) => writeEntry(entry, reference))
    writeFileSync(
      join(folder, `${page.page}.md`),
      [`# ${headingOf(page)}`, introOf(page), ...sections, ''].join('\n\n'),
    )
  }
  writeFileSync(join(folder, 'index.md'), overviewOf(pages, reference.placeOf))
}

const headingOf = ({ title, specifier }: ReferencePage): string =>
  title === specifier ? `${title} reference` : `${title}: API reference`

function introOf({ specifier, guide }: ReferencePage): string {
  const source = `Import these names from \`${specifier}\`.`
  return guide === undefined ? source : `${source} [Read the guide](../${guide}).`
}

const firstSentence = (comment: string): string =>
  /^[\s\S]*?\.(?=\s|$)/.exec(comment)?.[0] ?? comment

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')

function overviewOf(pages: readonly ReferencePage[], placeOf: PlaceOf): string {
  const rowOf = ({ name, comment }: Entry): string =>
    `| [\`${name}\`](${placeOf(name)}) | ${asText(linked(oneLine(firstSentence(comment)), placeOf))} |`
  const lists = pages.map(
    ({ title, page, entries }) =>
      `## [${title}](./${page}.md)\n\n| name | purpose |\n| --- | --- |\n${entries.map(rowOf).join('\n')}`,
  )
  return [
    '# API reference',
    'Every public name, from the docblocks that an editor shows.',
    otherPages.map(([page, title, about]) => `- [${title}](../${page}.md): ${about}`).join('\n'),
    ...lists,
    '',
  ].join('\n\n')
}
