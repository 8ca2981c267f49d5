/** A page of the reference, as docs/entry-points.md groups the names. */
export interface Subject {
  readonly title: string
  /** The file name of its page, without `.md`. */
  readonly page: string
  readonly specifier: string
  /** The guide of the subject, as a path from `docs/`. */
  readonly guide: string | undefined
  readonly names: readonly string[]
}

const row = /^\| (?<first>[^|]+?) *\| (?<second>[^|]+?) *(?:\| (?<third>[^|]+?) *)?\|$/gm
const link = /\[(?<label>[^\]]+)\]\((?<to>[^)]+)\)/

const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([\w$]+)`/g)].map(([, name = '']) => name)

function rowsOf(page: string, heading: string): { first: string; second: string; third: string }[] {
  const section = page.split(`\n${heading}\n`)[1]?.split(/\n## /)[0]
  if (section === undefined) throw new Error(`docs/entry-points.md has no heading "${heading}"`)
  return [...section.matchAll(row)]
    .map(({ groups = {} }) => ({
      first: groups['first'] ?? '',
      second: groups['second'] ?? '',
      third: groups['third'] ?? '',
    }))
    .filter(({ second }) => second.includes('`'))
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const pageOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')

/** Reads the pages of the reference from the tables of docs/entry-points.md: one per subject, and one per subpath. */
export function readSubjects(entryPoints: string): Subject[] {
  const values = rowsOf(entryPoints, '## Values of `plinth`')
  const types = rowsOf(entryPoints, '## Types of `plinth`')
  const subjects = values.map(({ first, second }): Subject => {
    const { label = first, to } = link.exec(first)?.groups ?? {}
    const ofTypes = types.find((each) => each.first === label)?.second ?? ''
    return {
      title: capital(label),
      page: pageOf(label),
      specifier: 'plinth',
      guide: to,
      names: [...namesIn(second), ...namesIn(ofTypes)],
    }
  })
  const helpers = entryPoints.split('are\nexported for those files')[0]?.split('`.d.ts` files.')[1]
  return [
    ...subjects,
    {
      title: 'Types for declaration files',
      page: 'declaration-files',
      specifier: 'plinth',
      guide: 'entry-points.md#types-of-plinth',
      names: namesIn(helpers ?? ''),
    },
    ...subpathsOf(entryPoints),
  ]
}

function subpathsOf(entryPoints: string): Subject[] {
  const guides = [
    ...entryPoints.matchAll(/^\| `(plinth\/[\w/-]+)` *\|[^|]*\| \[[^\]]+\]\(([^)]+)\)/gm),
  ]
  return guides.map(([, specifier = '', guide]) => ({
    title: specifier,
    page: specifier.replaceAll('/', '-'),
    specifier,
    guide,
    names: [],
  }))
}

/** The links of a guide to the reference of its subjects; undefined for a page without one. */
export function guideFooter(subjects: readonly Subject[], guide: string): string | undefined {
  const links = subjects
    .filter(
      (subject) => subject.guide?.replace(/#.*$/, '') === guide && guide !== 'entry-points.md',
    )
    .map(({ title, page }) => `[${title}](./reference/${page}.md)`)
  return links.length === 0 ? undefined : `API reference: ${links.join(', ')}`
}
