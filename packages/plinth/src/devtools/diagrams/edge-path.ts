import type { Cardinality, PlacedEdge, Point } from './graph.types.ts'
import { sizes } from './node-sizes.ts'

const at = ({ x, y }: Point): string => `${x} ${y}`

/** 1 if a line leaves its end to the right, and -1 if to the left. */
const directionAt = (end: Point, next: Point): 1 | -1 => (next.x >= end.x ? 1 : -1)

/** A line in flat curves: it leaves and reaches its points horizontally. */
export function linePath({ points, ends }: PlacedEdge): string {
  const [first, second] = points
  const [beforeLast, last] = points.slice(-2)
  if (first === undefined || second === undefined || last === undefined) return ''
  const room = ends === undefined ? 0 : sizes.lead
  const start = { x: first.x + directionAt(first, second) * room, y: first.y }
  const end = { x: last.x + directionAt(last, beforeLast!) * room, y: last.y }
  const inner = [start, ...points.slice(1, -1), end]
  const curves = inner.slice(1).map((point, index) => {
    const from = inner[index]!
    const middle = Math.round((from.x + point.x) * 5) / 10
    return `C ${middle} ${from.y} ${middle} ${point.y} ${at(point)}`
  })
  return [`M ${at(first)} L ${at(start)}`, ...curves, `L ${at(last)}`].join(' ')
}

/** The sign of a cardinality at the end of a line: a crow's foot for many, a bar for one, a circle for zero. */
function signPath(cardinality: Cardinality, end: Point, direction: 1 | -1): string {
  const x = (distance: number): number => Math.round((end.x + direction * distance) * 10) / 10
  const bar = (distance: number): string => `M ${x(distance)} ${end.y - 5} V ${end.y + 5}`
  if (cardinality === 'one') return `${bar(6)} ${bar(10)}`
  const circle = `M ${x(10) - 3.5} ${end.y} a 3.5 3.5 0 1 0 7 0 a 3.5 3.5 0 1 0 -7 0`
  if (cardinality === 'zero or one') return `${bar(5)} ${circle}`
  return `M ${x(10)} ${end.y} L ${x(0)} ${end.y - 6} M ${x(10)} ${end.y} L ${x(0)} ${end.y + 6} ${bar(12)}`
}

/** The signs at both ends of a relation, or the arrow at the end of a dependency. */
export function signPaths({ points, ends }: PlacedEdge): string {
  const [first, second] = points
  const [beforeLast, last] = points.slice(-2)
  if (first === undefined || second === undefined || last === undefined) return ''
  const direction = directionAt(first, second)
  if (ends === undefined) {
    const x = first.x + direction * 7
    return `M ${x} ${first.y - 4} L ${at(first)} L ${x} ${first.y + 4}`
  }
  return `${signPath(ends.from, first, direction)} ${signPath(ends.to, last, directionAt(last, beforeLast!))}`
}
