/** A text that is broken into lines where it does not fit, as Prettier does. */
export type Layout = string | List | Call | Chain

/** An object or a list: its items stand on one line, or each on its own. */
export interface List {
  readonly kind: 'list'
  readonly open: string
  readonly items: readonly Layout[]
  readonly close: string
  /** Always breaks it. */
  readonly isTall: boolean
}

/** `head(…)`: if it does not fit, its last list breaks, or else each argument stands on its own line. */
export interface Call {
  readonly kind: 'call'
  readonly head: string
  readonly args: readonly Layout[]
}

/** Calls on the result of each other: `index(…).on(…)`. */
export interface Chain {
  readonly kind: 'chain'
  readonly calls: readonly Layout[]
  /** Always breaks it. */
  readonly isTall: boolean
}

const width = 100

export const object = (items: readonly Layout[], isTall = false): List => ({
  kind: 'list',
  open: items.length === 0 ? '{' : '{ ',
  items,
  close: items.length === 0 ? '}' : ' }',
  isTall,
})

export const list = (items: readonly Layout[], open = '['): List => ({
  kind: 'list',
  open,
  items,
  close: ']',
  isTall: false,
})

export const call = (head: string, ...args: readonly Layout[]): Call => ({
  kind: 'call',
  head,
  args,
})

/** Three calls of which one has SQL are broken, as Prettier does. */
export const chain = (...calls: readonly Layout[]): Chain => ({
  kind: 'chain',
  calls,
  isTall: calls.length > 2 && calls.some((one) => flat(one).includes('sql`')),
})

/** A layout with a text before it. */
export function prefixed(text: string, value: Layout): Layout {
  if (typeof value === 'string') return text + value
  if (value.kind === 'list') return { ...value, open: text + value.open }
  if (value.kind === 'call') return { ...value, head: text + value.head }
  const [first = '', ...rest] = value.calls
  return { ...value, calls: [prefixed(text, first), ...rest] }
}

/** `key: value` of an object. */
export const entry = (key: string, value: Layout): Layout => prefixed(`${key}: `, value)

/** A layout on one line. */
export function flat(layout: Layout): string {
  if (typeof layout === 'string') return layout
  if (layout.kind === 'chain') return layout.calls.map(flat).join('')
  if (layout.kind === 'call') return `${layout.head}(${layout.args.map(flat).join(', ')})`
  return `${layout.open}${layout.items.map(flat).join(', ')}${layout.close}`
}

const mustBreak = (layout: Layout): boolean => {
  if (typeof layout === 'string') return false
  if (layout.kind === 'list') return layout.isTall || layout.items.some(mustBreak)
  if (layout.kind === 'call') return layout.args.some(mustBreak)
  return layout.isTall || layout.calls.some(mustBreak)
}

/**
 * Prints a layout.
 *
 * @param indent - the spaces before its first line
 * @param after - the number of characters that follow on its last line
 */
export function print(layout: Layout, indent = '', after = 0): string {
  const line = flat(layout)
  const fits = (text: string, rest = 0): boolean => indent.length + text.length + rest <= width
  if (typeof layout === 'string' || (!mustBreak(layout) && fits(line, after))) return line
  const inner = `${indent}  `
  const tall = (items: readonly Layout[]): string =>
    items.map((item) => `${inner}${print(item, inner, 1)},\n`).join('')
  if (layout.kind === 'list')
    return `${layout.open.trimEnd()}\n${tall(layout.items)}${indent}${layout.close.trimStart()}`
  if (layout.kind === 'chain') {
    const [first = '', ...rest] = layout.calls
    if (rest.length > 1)
      return [
        print(first, indent),
        ...rest.map((one) => `${inner}${print(one, inner, after)}`),
      ].join('\n')
    const head = print(
      first,
      indent,
      rest.length === 0 ? after : flat(rest[0] ?? '').length + after,
    )
    return `${head}${rest.map((one) => print(one, indent, after)).join('')}`
  }
  const { head, args } = layout
  const last = args.at(-1)
  const others = args.slice(0, -1)
  if (last !== undefined && typeof last !== 'string' && !others.some(mustBreak)) {
    const start = `${head}(${others.map((one) => `${flat(one)}, `).join('')}`
    if (last.kind === 'list') {
      const broken = `${start}${print({ ...last, isTall: true }, indent)}`
      if (fits(broken.split('\n')[0] ?? '')) return `${broken})`
    }
  }
  return `${head}(\n${tall(args)}${indent})`
}
