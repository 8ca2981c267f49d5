import type { GraphNode } from './graph.types.ts'
import { columnsIn } from './text-width.ts'

/** Sizes of a drawing, in pixels. Text is monospaced, so that its width is known without a browser. */
export const sizes = {
  font: 12,
  column: 7.3,
  title: 34,
  row: 22,
  side: 12,
  /** Between the texts of a line. */
  between: 18,
  /** The columns of a name or a type; longer ones are cut. */
  longest: 44,
  margin: 24,
  /** The straight part of a line at its ends, where the sign of a cardinality is. */
  lead: 16,
} as const

/** The text of a row's marks: `PK FK`. */
export const marksOf = (marks: readonly string[]): string => marks.join(' ')

/** The width of the marks' column, in pixels; 0 if no row of the node has one. */
export function marksWidth({ rows }: GraphNode): number {
  const columns = Math.max(0, ...rows.map(({ marks }) => columnsIn(marksOf(marks))))
  return columns === 0 ? 0 : columns * (sizes.column - 1) + 10
}
