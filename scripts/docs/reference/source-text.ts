import type { Node } from 'typescript/unstable/ast'

/** The text of a node, without the comments before it. */
export const textOf = (node: Node, end = node.end): string =>
  node.getSourceFile().text.slice(node.getStart(), end)

/** Removes docblocks, and comments that have a line of their own. */
export const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '').replaceAll(/^\s*\/\/.*\n/gm, '')

/** Text on one line. */
export const onOneLine = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/([(<]) | (?=[)>](?!=))/g, '$1')
    .trim()

/** Removes the indentation that all lines but the first have in common. */
export function dedent(text: string): string {
  const [first = '', ...lines] = text.split('\n')
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const depth = Math.min(...depths, Infinity)
  return [first, ...lines.map((line) => line.slice(Number.isFinite(depth) ? depth : 0))]
    .join('\n')
    .trim()
}
