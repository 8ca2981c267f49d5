import type { Entry, Member } from './entry.ts'
import { asText, linked, type PlaceOf } from './reference-text.ts'
import { writeMembers } from './write-members.ts'

/** Finds the entries of a reference, and their places. */
export interface Reference {
  readonly placeOf: PlaceOf
  /** The options type that one function alone takes: its table is shown with the function. */
  readonly optionsOf: (entry: Entry) => Entry | undefined
}

/** A line of `@throws`, with each code linked to its explanation. */
const throwOf = (text: string): string =>
  `- ${asText(
    text
      .replace(/^\{(\w+)\}\s*(?=`PLINTH_)/, '')
      .replace(/^\{(\w+)\}/, '`$1`')
      .replaceAll(/`(PLINTH_\w+)`/g, (shown, code: string) => {
        return `[${shown}](../errors.md#${code.toLowerCase()})`
      }),
  )}`

const parameterOf = (text: string): string =>
  `- ${asText(text.replace(/^(\S+)\s+(?:-\s*)?/, '**`$1`** '))}`

const exampleOf = (text: string): string =>
  text.includes('```') ? text.trim() : `\`\`\`ts\n${text.trim()}\n\`\`\``

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `**${title}**\n\n${lines.join('\n')}`

/** The names in a signature that have an entry. */
export const namesIn = ({ signatures, name }: Entry): string[] => [
  ...new Set(
    (signatures.join('\n').match(/(?<![\w$'".])[A-Z][\w$]*/g) ?? []).filter(
      (each) => each !== name,
    ),
  ),
]

function typesLine(entry: Entry, placeOf: PlaceOf): string {
  const links = namesIn(entry).flatMap((name) => {
    const place = placeOf(name)
    return place === undefined ? [] : [`[\`${name}\`](${place})`]
  })
  return links.length === 0 ? '' : `Types: ${links.join(', ')}`
}

/** The remarks on a name that may change or go away. */
const remarks: readonly (readonly [tag: string, title: string])[] = [
  ['deprecated', 'Deprecated'],
  ['experimental', 'Experimental'],
  ['since', 'Since'],
]

function remarksOf(entry: Entry): string[] {
  return remarks.flatMap(([tag, title]) =>
    entry.tags
      .filter(({ name }) => name === tag)
      .map(({ text }) => `**${title}** ${asText(text)}`.trim()),
  )
}

/** The members. No member of a class is required, since a caller reads them. */
const membersOf = ({ kind, members }: Entry): readonly Member[] =>
  kind === 'class' ? members.map((member) => ({ ...member, isOptional: true })) : members

/** The signatures; that of a constructor only if an example calls it, since others are for Plinth alone. */
function signaturesOf({ name, signatures, tags }: Entry): string {
  const isCalled = tags.some((tag) => tag.name === 'example' && tag.text.includes(`new ${name}(`))
  return signatures.filter((one) => isCalled || !one.startsWith('new ')).join('\n')
}

/** Writes the section of a public name. */
export function writeEntry(entry: Entry, { placeOf, optionsOf }: Reference): string {
  const of = (name: string): string[] =>
    entry.tags.filter((tag) => tag.name === name).map(({ text }) => text)
  const options = optionsOf(entry)
  const see = of('see').map((text) => asText(linked(text.trim(), placeOf)))
  return [
    `## ${entry.name} {#${entry.name}}`,
    ...remarksOf(entry),
    asText(linked(entry.comment, placeOf)),
    `\`\`\`ts\n${signaturesOf(entry)}\n\`\`\``,
    typesLine(entry, placeOf),
    list('Parameters', of('param').map(parameterOf)),
    options && `**Options** (\`${options.name}\`)\n\n${writeMembers(options.members, placeOf)}`,
    writeMembers(membersOf(entry), placeOf),
    list('Errors', of('throws').map(throwOf)),
    ...of('example').map(exampleOf),
    see.length === 0 ? '' : `See ${see.join(', ')}.`,
  ]
    .filter((part) => part !== undefined && part.trim() !== '')
    .join('\n\n')
}
