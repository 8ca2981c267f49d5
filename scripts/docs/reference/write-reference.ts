import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEntryPoints } from './read-entries.ts'
import { writeEntry, type PlaceOf } from './write-entry.ts'
import type { Entry, EntryPoint } from './entry.ts'

/** A page of the reference: the callable names of an entry point, or its types. */
interface ReferencePage {
  readonly name: string
  readonly title: string
  readonly intro: string
  readonly entries: readonly Entry[]
}

const isType = ({ kind }: Entry): boolean => kind === 'interface' || kind === 'type'

/** The pages of an entry point. That of `plinth` is split, since it has most of the names. */
function pagesOf({ specifier, entries }: EntryPoint): ReferencePage[] {
  const name = specifier.replaceAll('/', '-')
  const intro = `What \`import … from '${specifier}'\` gives, in alphabetical order.`
  if (specifier !== 'plinth') return [{ name, title: specifier, intro, entries }]
  return [
    { name, title: 'plinth', intro, entries: entries.filter((entry) => !isType(entry)) },
    {
      name: `${name}-types`,
      title: 'Types of plinth',
      intro: 'The types of parameters and results, for functions of your own.',
      entries: entries.filter(isType),
    },
  ]
}

/** Writes the API reference from the docblocks, a page per entry point, and an overview. */
export async function writeReference(root: string, folder: string): Promise<void> {
  const pages = (await readEntryPoints(root)).flatMap(pagesOf)
  const places = new Map(
    pages.flatMap(({ name, entries }) =>
      entries.map((entry) => [entry.name, `./${name}.md#${entry.name}`] as const),
    ),
  )
  const placeOf: PlaceOf = (name) => places.get(name)
  mkdirSync(folder, { recursive: true })
  for (const { name, title, intro, entries } of pages) {
    const sections = entries.map((entry) => writeEntry(entry, placeOf))
    writeFileSync(join(folder, `${name}.md`), [`# ${title}`, intro, ...sections, ''].join('\n\n'))
  }
  writeFileSync(join(folder, 'index.md'), overviewOf(pages))
}

const firstSentence = (comment: string): string =>
  /^[\s\S]*?[.:](?=\s|$)/.exec(comment)?.[0] ?? comment

function overviewOf(pages: readonly ReferencePage[]): string {
  const lists = pages.map(({ name, title, entries }) => {
    const rows = entries.map(
      (entry) =>
        `| [\`${entry.name}\`](./${name}.md#${entry.name}) | ${firstSentence(entry.comment)
          .replaceAll(/\s*\n\s*/g, ' ')
          .replaceAll(/\{@link (\w+)[^}]*\}/g, '`$1`')
          .replaceAll('|', '\\|')
          .replaceAll(/<(?=\w)/g, '&lt;')} |`,
    )
    return `## ${title}\n\n| name | |\n| --- | --- |\n${rows.join('\n')}`
  })
  return [
    '# API reference',
    'Every public name, from the docblocks that an editor shows.',
    ...lists,
    '',
  ].join('\n\n')
}
