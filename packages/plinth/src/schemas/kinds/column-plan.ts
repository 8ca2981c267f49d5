import type { Bound, Constraints } from '../constraints.ts'
import type { ColumnCheck, ColumnPlan, ColumnTraits } from './value-kind.ts'

/** A column plan; by default without CHECKs, and without requirements of its own. */
export const columnPlan = (
  build: ColumnPlan['build'],
  traits: ColumnTraits,
  more: Partial<ColumnPlan> = {},
): ColumnPlan => ({ build, traits, checks: [], acceptance: {}, ...more })

/** CHECKs for the bounds of a number, except the bounds that `isImplied` by the column's type. */
export function boundChecks(
  { min, max }: Constraints,
  isImplied: (bound: Bound) => boolean = () => false,
): ColumnCheck[] {
  const compare = ({ value, inclusive }: Bound, sign: string) => {
    return (column: string) => `${column} ${sign}${inclusive ? '=' : ''} ${value}`
  }
  const checks: ColumnCheck[] = []
  if (min && !isImplied(min)) checks.push(['min', compare(min, '>')])
  if (max && !isImplied(max)) checks.push(['max', compare(max, '<')])
  return checks
}
