/** TypeScript types as text, for generated clients. */

/** A string literal on one line, whatever it holds. */
export const quoted = (text: string): string => {
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/\\"|'/g, (quote) => (quote === "'" ? String.raw`\'` : '"'))
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
  return `'${inside}'`
}

/** Tests whether a type is one pair of braces, so that it can be declared as an interface. */
export const isObjectText = (text: string): boolean =>
  text.startsWith('{\n') && text.indexOf('\n}') === text.length - 2

/** A type in parentheses, where an operator beside it would bind to a part of it. */
export const grouped = (text: string): string =>
  !isObjectText(text) && /[|&]|^readonly /.test(text) ? `(${text})` : text

/** Writes a list: `A[]`. */
export const listText = (item: string): string => `${grouped(item)}[]`

/** Writes a union: `A | B`, each member once; `any` and `unknown` include the others. */
export function unionText(types: readonly string[]): string {
  const each = [
    ...new Set(types.flatMap((type) => (/^[\w |]+$/.test(type) ? type.split(' | ') : type))),
  ]
  const anything = each.find((type) => type === 'any' || type === 'unknown')
  return anything ?? (each.filter((type) => type !== 'never').join(' | ') || 'never')
}

/** Writes an intersection: `A & B`, without the parts that add nothing. */
export function intersectionText(types: readonly string[]): string {
  const some = types.filter((type) => type !== '{}')
  return some.length > 1 ? some.map(grouped).join(' & ') : (some[0] ?? '{}')
}
