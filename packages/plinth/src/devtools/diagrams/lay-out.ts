import type { Graph, GraphNode, PlacedEdge, PlacedGraph, PlacedNode, Point } from './graph.types.ts'
import { marksWidth, sizes } from './node-sizes.ts'
import { columnsIn, shortened } from './text-width.ts'

const titleWidth = ({ title, note }: GraphNode): number =>
  (columnsIn(shortened(title, sizes.longest)) * 1.08 + columnsIn(shortened(note, sizes.longest))) *
  sizes.column

function sizeOf(node: GraphNode): { readonly width: number; readonly height: number } {
  const rows = node.rows.map(
    ({ name, type }) =>
      (columnsIn(shortened(name, sizes.longest)) + columnsIn(shortened(type, sizes.longest))) *
        sizes.column +
      marksWidth(node),
  )
  const inner = Math.max(titleWidth(node), ...rows) + sizes.between
  const height = sizes.title + node.rows.length * sizes.row + (node.rows.length > 0 ? 6 : 0)
  return { width: Math.ceil(Math.max(120, inner + 2 * sizes.side)), height }
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** The height at which a line ends at a node: the middle of a row, or of the node's title. */
function heightOf(node: PlacedNode, row: string | undefined): number {
  const at = row === undefined ? -1 : node.rows.findIndex(({ name }) => name === row)
  if (at === -1) return node.y + sizes.title / 2
  return node.y + sizes.title + (at + 0.5) * sizes.row
}

/** The end of a line at the side of a node that faces the next point. */
const endAt = (node: PlacedNode, row: string | undefined, next: Point): Point => ({
  x: next.x < node.x + node.width / 2 ? node.x : node.x + node.width,
  y: heightOf(node, row),
})

/**
 * Gives every node of a graph its place, and every edge its line, from left to right.
 *
 * The result depends on the graph alone. The library is loaded here, so that nothing else pays for it.
 *
 * @see https://github.com/dagrejs/dagre
 */
export async function layOut(graph: Graph): Promise<PlacedGraph> {
  const { Graph: DagreGraph, layout } = await import('@dagrejs/dagre')
  const drawing = new DagreGraph({ multigraph: true })
  const spacing =
    graph.kind === 'models' ? { nodesep: 36, ranksep: 90 } : { nodesep: 22, ranksep: 72 }
  drawing.setGraph({ rankdir: 'LR', marginx: sizes.margin, marginy: sizes.margin, ...spacing })
  drawing.setDefaultEdgeLabel(() => ({}))
  for (const node of graph.nodes) drawing.setNode(node.id, { ...sizeOf(node) })
  // What is needed is on the left: dagre draws from the first node to the second.
  for (const [at, { from, to }] of graph.edges.entries()) drawing.setEdge(to, from, {}, `${at}`)
  layout(drawing)
  const nodes = new Map(
    graph.nodes.map((node): [string, PlacedNode] => {
      const { width, height } = sizeOf(node)
      const { x = 0, y = 0 } = drawing.node(node.id) as Partial<Point>
      const place = { x: rounded(x - width / 2), y: rounded(y - height / 2), width, height }
      return [node.id, { ...node, ...place }]
    }),
  )
  const edges = graph.edges.map((edge, at): PlacedEdge => {
    const { points = [] } = drawing.edge(edge.to, edge.from, `${at}`) as { points?: Point[] }
    return { ...edge, points: lineOf(edge, nodes, points.toReversed()) }
  })
  const { width = 0, height = 0 } = drawing.graph() as { width?: number; height?: number }
  const size = sizeOfAll([...nodes.values()], edges, { width, height })
  return { ...graph, ...size, nodes: [...nodes.values()], edges }
}

/** The left and the right border of the nodes that are one above the other. */
interface Band {
  readonly left: number
  readonly right: number
}

const centerOf = ({ x, width }: PlacedNode): number => x + width / 2

/** The band of the nodes whose center is at `x`; undefined between them. */
function bandAt(x: number, nodes: Iterable<PlacedNode>): Band | undefined {
  const same = [...nodes].filter((node) => Math.abs(centerOf(node) - x) < 1)
  if (same.length === 0) return undefined
  const right = same.map((node) => node.x + node.width)
  return { left: Math.min(...same.map((node) => node.x)), right: Math.max(...right) }
}

/** The line of an edge, from `from` to `to`. Its ends are at rows, which dagre knows nothing about. */
function lineOf(
  { from, to, fromRow, toRow }: Graph['edges'][number],
  nodes: ReadonlyMap<string, PlacedNode>,
  points: readonly Point[],
): Point[] {
  const [source, target] = [nodes.get(from)!, nodes.get(to)!]
  const right = { x: source.x + source.width + 40, y: 0 }
  if (source === target) {
    const [start, end] = [endAt(source, fromRow, right), endAt(source, toRow, right)]
    return [start, { x: right.x, y: (start.y + end.y) / 2 }, end]
  }
  const inner = points.slice(1, -1).map(({ x, y }) => ({ x: rounded(x), y: rounded(y) }))
  const start = endAt(source, fromRow, inner[0] ?? target)
  const end = endAt(target, toRow, inner.at(-1) ?? source)
  const middle = inner.length > 1 ? inner.flatMap((point) => across(point, start, nodes)) : []
  return [start, ...beside(start, source, nodes), ...middle, ...beside(end, target, nodes), end]
}

/** Leads a line straight past the nodes above and below its own, which may be wider. */
function beside(end: Point, node: PlacedNode, nodes: ReadonlyMap<string, PlacedNode>): Point[] {
  const { left, right } = bandAt(centerOf(node), nodes.values())!
  const isRight = end.x > centerOf(node)
  const x = isRight ? right + sizes.lead : left - sizes.lead
  return Math.abs(x - end.x) <= sizes.lead ? [] : [{ x, y: end.y }]
}

/** Leads a line straight between the nodes that it passes. */
function across(point: Point, start: Point, nodes: ReadonlyMap<string, PlacedNode>): Point[] {
  const band = bandAt(point.x, nodes.values())
  if (band === undefined) return [point]
  const ends = [
    { x: band.left, y: point.y },
    { x: band.right, y: point.y },
  ]
  return start.x < point.x ? ends : ends.toReversed()
}

interface Size {
  readonly width: number
  readonly height: number
}

function sizeOfAll(
  nodes: readonly PlacedNode[],
  edges: readonly PlacedEdge[],
  { width, height }: Size,
): Size {
  const points = edges.flatMap((edge) => edge.points)
  const right = Math.max(
    0,
    ...nodes.map((node) => node.x + node.width),
    ...points.map(({ x }) => x),
  )
  const bottom = Math.max(0, ...nodes.map((node) => node.y + node.height))
  return {
    width: Math.ceil(Math.max(width, right + sizes.margin)),
    height: Math.ceil(Math.max(height, bottom + sizes.margin)),
  }
}
