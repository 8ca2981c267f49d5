import { compareVersions, isVersion } from './semantic-version.ts'

/** The sections of a version, in their order. */
export const sectionNames = ['Added', 'Changed', 'Fixed', 'Removed'] as const

/** The heading of the entries that no version has yet. */
export const unreleasedHeading = 'Unreleased'

/** An entry of a section: the text of one item of its list, on one line. */
export interface Entry {
  readonly section: string
  readonly text: string
  /** Its line in the file, counted from 1. */
  readonly line: number
}

/** A second-level heading of the changelog, with its entries. */
export interface Part {
  /** `Unreleased`, or the version. */
  readonly name: string
  /** The day of the release, `2026-12-01`. Undefined for `Unreleased`. */
  readonly date?: string | undefined
  readonly line: number
  /** The names of its sections in the file's order, with their lines. */
  readonly sections: readonly { readonly name: string; readonly line: number }[]
  readonly entries: readonly Entry[]
}

/** Reads the headings and entries of a changelog. */
export function readChangelog(text: string): Part[] {
  const parts: Writable[] = []
  for (const [index, content] of text.split('\n').entries()) readLine(parts, content, index + 1)
  return parts
}

interface Writable extends Part {
  readonly sections: { readonly name: string; readonly line: number }[]
  readonly entries: { readonly section: string; text: string; readonly line: number }[]
}

function readLine(parts: Writable[], content: string, line: number): void {
  const [, name, date] = /^## (.+?)(?: \((.+)\))?$/.exec(content) ?? []
  if (name !== undefined) parts.push({ name, date, line, sections: [], entries: [] })
  const part = parts.at(-1)
  if (part === undefined) return
  const { sections, entries } = part
  const [, section] = /^### (.+)$/.exec(content) ?? []
  if (section !== undefined) sections.push({ name: section, line })
  const [, begun] = /^- (.+)$/.exec(content) ?? []
  const last = entries.at(-1)
  if (begun !== undefined) entries.push({ section: sections.at(-1)?.name ?? '', text: begun, line })
  else if (last && /^ {2}\S/.test(content)) last.text += ` ${content.trim()}`
}

/** Returns true for an entry that can stop a user's code from working. */
export const isBreaking = ({ section, text }: Entry): boolean =>
  section === 'Removed' || text.startsWith('**Breaking:')

/** The released versions, newest first. */
export const releasedVersions = (parts: readonly Part[]): string[] =>
  parts.map(({ name }) => name).filter(isVersion)

/** The problems of a changelog, as messages with a line. */
export function changelogProblems(text: string): { line: number; message: string }[] {
  const parts = readChangelog(text)
  const first = parts[0]?.name
  return [
    ...(first === unreleasedHeading
      ? []
      : [{ line: parts[0]?.line ?? 1, message: `begin with '## ${unreleasedHeading}'` }]),
    ...parts.flatMap((part, index) => headingProblems(part, parts[index + 1])),
    ...parts.flatMap(sectionProblems),
    ...parts.flatMap(({ entries }) => entries.flatMap(entryProblems)),
  ]
}

function headingProblems({ name, date, line }: Part, next: Part | undefined) {
  if (name === unreleasedHeading) return []
  if (!isVersion(name) || !/^\d{4}-\d\d-\d\d$/.test(date ?? ''))
    return [{ line, message: `write the heading of a version as '## 1.2.3 (2026-12-01)'` }]
  if (next === undefined || !isVersion(next.name)) return []
  if (compareVersions(name, next.name) > 0) return []
  return [{ line: next.line, message: `${next.name} is not older than ${name} above it` }]
}

function sectionProblems({ sections, entries }: Part) {
  const places = sections.map(({ name }) => sectionNames.findIndex((known) => known === name))
  return sections.flatMap(({ name, line }, index) => {
    if (places[index] === -1)
      return [{ line, message: `'${name}' is not one of ${sectionNames.join(', ')}` }]
    if (index > 0 && places[index]! <= places[index - 1]!)
      return [{ line, message: `'${name}' comes once, in the order ${sectionNames.join(', ')}` }]
    if (entries.some(({ section }) => section === name)) return []
    return [{ line, message: `'${name}' has no entry: remove the heading` }]
  })
}

/** Matches the end of a sentence, and a second one. */
const sentence = /[.!?:]["”)*`]*$/
const secondSentence = /[.!?:]["”)*`]*\s+\S.*[.!?]["”)*`]*$/

function entryProblems(entry: Entry) {
  const { line, section, text } = entry
  if (section === '')
    return [{ line, message: `put the entry below one of ${sectionNames.join(', ')}` }]
  if (!sentence.test(text))
    return [{ line, message: 'end the entry with a period: it is a sentence' }]
  if (isBreaking(entry) && !secondSentence.test(text.replace(/^\*\*Breaking:\s*/, '')))
    return [{ line, message: 'say in a second sentence what users must do instead' }]
  return []
}
