/**
 * Splits the value of a header into the items of its list. A header that was sent more than once is such a list, too.
 *
 * A comma in a quoted string separates nothing. Empty items are left out.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1
 */
export function headerItems(value: string): string[] {
  const items: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at <= value.length; at++) {
    const letter = value[at]
    if (letter === '"') isQuoted = !isQuoted
    else if (letter === '\\' && isQuoted) at++
    else if (letter === undefined || (letter === ',' && !isQuoted)) {
      const item = value.slice(start, at).trim()
      if (item !== '') items.push(item)
      start = at + 1
    }
  }
  return items
}
