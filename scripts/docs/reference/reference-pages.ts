import type { Entry, EntryPoint } from './entry.ts'
import type { Subject } from './subjects.ts'
import { namesIn, type Reference } from './write-entry.ts'

/** A page of the reference with its entries: values first, then types. */
export interface ReferencePage extends Subject {
  readonly entries: readonly Entry[]
}

const isType = ({ kind }: Entry): boolean => kind === 'interface' || kind === 'type'

/**
 * Puts each public name on the page of its subject.
 *
 * @throws {Error} a name is on no page
 */
export function pagesOf(
  points: readonly EntryPoint[],
  subjects: readonly Subject[],
): ReferencePage[] {
  const entriesOf = new Map(points.map(({ specifier, entries }) => [specifier, entries]))
  const pages = subjects.map((subject) => {
    const entries = entriesOf.get(subject.specifier) ?? []
    const own =
      subject.specifier === 'plinth'
        ? entries.filter(({ name }) => subject.names.includes(name))
        : entries
    return { ...subject, entries: [...own.filter((one) => !isType(one)), ...own.filter(isType)] }
  })
  const shown = new Set(pages.flatMap(({ entries }) => entries))
  const lost = points.flatMap(({ entries }) => entries.filter((entry) => !shown.has(entry)))
  if (lost.length > 0)
    throw new Error(
      `docs/entry-points.md has no row with ${lost.map(({ name }) => name).join(', ')}`,
    )
  return pages.filter(({ entries }) => entries.length > 0)
}

/** Finds the places of names, and the options of functions. */
export function referenceOf(pages: readonly ReferencePage[]): Reference {
  const entries = pages.flatMap((page) => page.entries)
  const places = new Map(
    pages.flatMap(({ page, entries: own }) =>
      own.map(({ name }) => [name, `./${page}.md#${name}`] as const),
    ),
  )
  const options = new Map(
    entries
      .filter(
        (entry) => isType(entry) && entry.name.endsWith('Options') && entry.members.length > 0,
      )
      .map((entry) => [entry.name, entry]),
  )
  const functions = entries.filter((entry) => !isType(entry))
  const uses = functions.flatMap((entry) => namesIn(entry).filter((name) => options.has(name)))
  const single = (name: string): boolean => uses.filter((each) => each === name).length === 1
  return {
    placeOf: (name) => places.get(name),
    optionsOf: (entry) => {
      const [name] = isType(entry) ? [] : namesIn(entry).filter((each) => options.has(each))
      return name !== undefined && single(name) ? options.get(name) : undefined
    },
  }
}
