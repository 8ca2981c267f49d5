import type { Member } from './entry.ts'
import { asText, linked, typeHtml, type PlaceOf } from './reference-text.ts'

/** The longest type that a table cell shows. */
const longestType = 90
/** The longest default that has a cell to itself. */
const longestDefault = 60

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')

const defaultIn = /\s*\bDefault:? (.+?)(?:\.(?=\s|$)|$)/

/** The default of a member, and its comment without the sentence that names it. A long sentence stays. */
function defaultOf({ comment, isOptional, isAlternative }: Member): {
  fallback: string
  meaning: string
} {
  const text = comment.replaceAll(/(?<!\n)\n(?!\n|[-|])/g, ' ')
  const [sentence = '', fallback] = defaultIn.exec(text) ?? []
  const usual = isOptional ? '' : isAlternative ? 'one of these' : 'required'
  if (fallback === undefined) return { fallback: usual, meaning: text }
  if (fallback.length <= longestDefault) return { fallback, meaning: text.replace(sentence, '') }
  return { fallback: /^`[^`]+`/.exec(fallback)?.[0] ?? 'see there', meaning: text }
}

const isLong = ({ type }: Member): boolean => type.length > longestType

function rowOf(member: Member, placeOf: PlaceOf): string {
  const { fallback, meaning } = defaultOf(member)
  const [first = ''] = meaning.split('\n\n')
  const cells = [
    `\`${member.name}\``,
    isLong(member) ? 'below' : typeHtml(member.type, placeOf),
    asText(cell(fallback)),
    asText(linked(cell(first), placeOf)),
  ]
  return `| ${cells.join(' | ')} |`
}

/** The type of a member that no cell can show, and the paragraphs and tables behind the first one of its comment. */
function belowOf(member: Member, placeOf: PlaceOf): string[] {
  const [, ...rest] = defaultOf(member).meaning.split('\n\n')
  const text = rest.map((part) => asText(linked(part, placeOf)))
  const type = isLong(member) ? [`\`\`\`ts\n${member.longType}\n\`\`\``] : []
  return type.length + text.length === 0 ? [] : [`**\`${member.name}\`**`, ...type, ...text]
}

/** Writes the members of a type: a table, and below it what a cell cannot hold. */
export function writeMembers(members: readonly Member[], placeOf: PlaceOf): string {
  if (members.length === 0) return ''
  const table = [
    '| name | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...members.map((member) => rowOf(member, placeOf)),
  ].join('\n')
  return [table, ...members.flatMap((member) => belowOf(member, placeOf))].join('\n\n')
}
