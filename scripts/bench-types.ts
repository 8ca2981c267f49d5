// // `npm run bench:types`: measures the compile cost of apps with 10, 100 and 300 routes against
// the budgets.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import budget from './bench-types.budget.json' with { type: 'json' }
import { measureTypes } from './type-cost/measure-types.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const budgets: Readonly<Record<string, number>> = budget.instantiations
const columns = ['routes', 'instantiations', 'budget', 'memory', 'check']
const row = (cells: readonly string[]): string =>
  cells.map((cell, at) => cell.padStart(Math.max(12, columns[at]!.length + 3))).join('')

console.log(row(columns))
let over = 0
for (const routes of [0, ...Object.keys(budgets).map(Number)]) {
  const { instantiations, memory, check } = await measureTypes(root, '.plinth/bench-types', routes)
  const most = budgets[routes]
  const name = routes === 0 ? 'imports' : String(routes)
  const cells = [instantiations, most ?? '-'].map((count) => count.toLocaleString('en'))
  console.log(row([name, ...cells, `${memory} MB`, `${check.toFixed(2)} s`]))
  if (most !== undefined && instantiations > most) over += 1
}
console.log(over === 0 ? 'All sizes are within budget.' : `${over} over budget.`)
process.exitCode = over === 0 ? 0 : 1
