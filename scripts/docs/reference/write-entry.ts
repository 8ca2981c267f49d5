import type { Entry, Member } from './entry.ts'

/** Finds the place of a name in the reference, such as `plinth#router`. */
export type PlaceOf = (name: string) => string | undefined

const anchorOf = (code: string): string => code.toLowerCase()

/** Turns `{@link name}` into a link, and a name that has no entry into code. */
const linked = (text: string, placeOf: PlaceOf): string =>
  text.replaceAll(/\{@link ([\w.]+)(?:\s*\|?\s*([^}]*))?\}/g, (_, name: string, label = '') => {
    const shown = label.trim() || `\`${name}\``
    const place = placeOf(name)
    return place === undefined ? shown : `[${shown}](${place})`
  })

/** Text in which `<`, `>` and `{{` are text: VitePress reads a page as a template. */
export const asText = (text: string): string =>
  text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part.replaceAll(/<(?!https?:)/g, '&lt;').replaceAll('{{', '&#123;&#123;'),
    )
    .join('')

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')

const defaultIn = /\s*\bDefault:? ([^\n]*?)(?:\.(?=\s|$)|$)/

function rowOf({ name, type, isOptional, comment }: Member, placeOf: PlaceOf): string {
  const [, fallback] = defaultIn.exec(comment) ?? []
  const meaning = comment.replace(defaultIn, '')
  const cells = [
    `\`${name}\``,
    type === '' ? '' : `\`${type}\``,
    asText(fallback ?? (isOptional ? '' : 'required')),
    asText(linked(meaning, placeOf)),
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

const tableOf = (members: readonly Member[], placeOf: PlaceOf): string =>
  [
    '| name | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...members.map((member) => rowOf(member, placeOf)),
  ].join('\n')

/** A line of `@throws`, with the code linked to its explanation. */
const throwOf = (text: string): string =>
  `- ${asText(
    text.replace(/^\{(\w+)\}\s*(?:`(PLINTH_\w+)`)?/, (_, type: string, code?: string) =>
      code === undefined ? `\`${type}\`` : `[\`${code}\`](../errors.md#${anchorOf(code)})`,
    ),
  )}`

const parameterOf = (text: string): string =>
  `- ${asText(text.replace(/^(\S+)\s+(?:-\s*)?/, '**`$1`** '))}`

const exampleOf = (text: string): string =>
  text.includes('```') ? text.trim() : `\`\`\`ts\n${text.trim()}\n\`\`\``

/** Writes the section of a public name. */
export function writeEntry(entry: Entry, placeOf: PlaceOf): string {
  const of = (name: string): string[] =>
    entry.tags.filter((tag) => tag.name === name).map(({ text }) => text)
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `**${title}**\n\n${lines.join('\n')}`
  return [
    `## ${entry.name} {#${entry.name}}`,
    asText(linked(entry.comment, placeOf)),
    `\`\`\`ts\n${entry.signatures.join('\n')}\n\`\`\``,
    list('Parameters', of('param').map(parameterOf)),
    entry.members.length === 0 ? '' : tableOf(entry.members, placeOf),
    list('Errors', of('throws').map(throwOf)),
    ...of('example').map(exampleOf),
    of('see').length === 0
      ? ''
      : `See ${of('see')
          .map((text) => asText(text.trim()))
          .join(', ')}.`,
  ]
    .filter((part) => part.trim() !== '')
    .join('\n\n')
}
