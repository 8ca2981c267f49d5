import budget from '../bench-types.budget.json' with { type: 'json' }
import { measureTypes } from '../type-cost/measure-types.ts'
import type { Check, Finding } from './finding.ts'

/**
 * Compiles an app of 100 routes within the budget. `npm run bench:types` measures the other sizes.
 */
export const typeCostCheck: Check = {
  name: 'type cost',
  proves: 'an app of 100 routes and its client stay within the budget of type instantiations',
  run: async (root) => {
    const { instantiations } = await measureTypes(root, '.plinth/type-cost', 100)
    return overBudget(instantiations, {
      most: budget.instantiations[100],
      of: 'an app of 100 routes',
    })
  },
}

/** Returns a finding if the instantiations exceed the budget. */
export function overBudget(count: number, budget: { most: number; of: string }): Finding[] {
  if (count <= budget.most) return []
  const [is, most] = [count, budget.most].map((number) => number.toLocaleString('en'))
  return [
    {
      file: 'scripts/bench-types.budget.json',
      message: `${budget.of} costs ${is} instantiations, and the budget is ${most}: see npm run bench:types`,
    },
  ]
}
