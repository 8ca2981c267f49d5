/** Finds the place of a name in the reference, such as `./routes.md#router`. */
export type PlaceOf = (name: string) => string | undefined

/** Turns `{@link name}` into a link, and a name that has no entry into code. */
export const linked = (text: string, placeOf: PlaceOf): string =>
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

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '{': '&#123;',
  '|': '&#124;',
  '*': '&#42;',
  _: '&#95;',
  '`': '&#96;',
  '[': '&#91;',
  '\\': '&#92;',
}
const escaped = (text: string): string =>
  text.replaceAll(/[&<>{|*_`[\\]/g, (character) => entities[character] ?? character)

/** The path of a page of the site, whose links in HTML have no `.md`. */
const pathOf = (place: string): string => place.replace(/\.md(?=#|$)/, '')

/** Code in a table cell, with a link at each name that has an entry. */
export function typeHtml(type: string, placeOf: PlaceOf): string {
  if (type === '') return ''
  const parts = type.split(/((?<![\w$'".])[A-Z][\w$]*)/).map((part, at) => {
    const place = at % 2 === 1 ? placeOf(part) : undefined
    return place === undefined ? escaped(part) : `<a href="${pathOf(place)}">${part}</a>`
  })
  return `<code>${parts.join('')}</code>`
}
