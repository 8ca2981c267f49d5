import { linePath, signPaths } from './edge-path.ts'
import type { PlacedEdge, PlacedGraph, PlacedNode } from './graph.types.ts'
import { marksOf, marksWidth, sizes } from './node-sizes.ts'
import { shortened } from './text-width.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text for XML: escaped, and without the control characters that XML does not allow. */
export const xmlText = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!)

const style = `
  svg { color-scheme: light dark; --page: #fff; --box: #fff; --line: #c9ced6; --text: #1c2430; --dim: #667085; --edge: #8590a2;
    --table: #2f5bd0; --auth: #0f7b6c; --route: #2f5bd0; --dependency: #6b4fc4; --guard: #a8480a; --database: #0f7b6c; --input: #5b6472 }
  @media (prefers-color-scheme: dark) {
    svg { --page: #14181f; --box: #1c222c; --line: #3a4352; --text: #e8ecf2; --dim: #9aa5b5; --edge: #7c889b;
      --table: #8fb0ff; --auth: #5fd0bd; --route: #8fb0ff; --dependency: #bda8ff; --guard: #ffab70; --database: #5fd0bd; --input: #a9b4c4 }
  }
  text { font: ${sizes.font}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--text) }
  .page { fill: var(--page) } .box { fill: var(--box); stroke: var(--line) } .rule { stroke: var(--line) }
  .title { font-weight: 700; font-size: 13px } .note, .type { fill: var(--dim) } .mark { font-size: 10px; fill: var(--dim) }
  .edge { fill: none; stroke: var(--edge); stroke-width: 1.3 } .loose { stroke-dasharray: 5 4 }
  .table .title { fill: var(--table) } .auth-table .title { fill: var(--auth) } .route .title { fill: var(--route) }
  .dependency .title { fill: var(--dependency) } .guard .title { fill: var(--guard) } .database .title { fill: var(--database) }
  .input .title, .credential .title { fill: var(--input) }
`

/** The class of a node's kind: `auth table` is `auth-table`. */
const classOf = ({ kind }: PlacedNode): string => kind.replace(' ', '-')

interface Line {
  readonly class: string
  readonly x: number
  readonly y: number
  readonly text: string
  readonly isRight?: boolean
}

const textOf = ({ class: name, x, y, text, isRight }: Line): string => {
  const short = shortened(text, sizes.longest)
  // A text that was cut is whole in its tooltip.
  const whole = short === text ? '' : `<title>${xmlText(text)}</title>`
  return `<text class="${name}" x="${x}" y="${y}"${isRight ? ' text-anchor="end"' : ''}>${xmlText(short)}${whole}</text>`
}

function nodeSvg(node: PlacedNode): string {
  const { x, y, width, height, title, note, rows } = node
  const left = x + sizes.side
  const right = x + width - sizes.side
  const baseline = y + sizes.title / 2 + 4
  const names = left + marksWidth(node)
  const lines = rows.flatMap((row, at): Line[] => {
    const middle = y + sizes.title + (at + 0.5) * sizes.row + 4
    const marks = marksOf(row.marks)
    return [
      ...(marks === '' ? [] : [{ class: 'mark', x: left, y: middle, text: marks }]),
      { class: 'name', x: names, y: middle, text: row.name },
      ...(row.type === ''
        ? []
        : [{ class: 'type', x: right, y: middle, text: row.type, isRight: true }]),
    ]
  })
  return [
    `<g class="${classOf(node)}">`,
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    ...(rows.length === 0 ? [] : [`<path class="rule" d="M ${x} ${y + sizes.title} h ${width}"/>`]),
    textOf({ class: 'title', x: left, y: baseline, text: title }),
    ...(note === ''
      ? []
      : [textOf({ class: 'note', x: right, y: baseline, text: note, isRight: true })]),
    ...lines.map(textOf),
    '</g>',
  ].join('\n')
}

const edgeSvg = (edge: PlacedEdge): string =>
  `<g><title>${xmlText(edge.label)}</title><path class="edge${edge.isLoose ? ' loose' : ''}" d="${linePath(edge)}"/><path class="edge" d="${signPaths(edge)}"/></g>`

/**
 * Draws a graph as an SVG document, in light and dark, with a title and a description for screen readers.
 *
 * It refers to no other file and has no script.
 */
export function graphSvg(graph: PlacedGraph): string {
  const { width, height, title, description, nodes, edges } = graph
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${xmlText(title)}</title>`,
    `<desc id="description">${xmlText(description)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...edges.map(edgeSvg),
    ...nodes.map(nodeSvg),
    '</svg>',
    '',
  ].join('\n')
}
