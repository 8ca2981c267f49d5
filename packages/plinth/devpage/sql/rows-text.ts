import type { PlanNode } from '../../src/devtools/sql/sql.types.ts'
import { count, counted } from '../parts/format.ts'

/** The rows and pages of a plan's node: `10 rows, 25 expected · 4,990 dropped · 64 pages cached, 0 read`. */
export function rowsText({ rows, estimated, removed, loops, hit, read }: PlanNode): string {
  const parts = [
    rows === null
      ? `${counted(estimated, 'row')} expected`
      : `${counted(rows, 'row')}, ${count(estimated)} expected`,
    removed > 0 && `${count(removed)} dropped`,
    loops > 1 && `${count(loops)} loops`,
    hit + read > 0 && `${count(hit)} pages cached, ${count(read)} read`,
  ]
  return parts.filter(Boolean).join(' · ')
}
