import { describe, expect, it } from 'vitest'
import { shownOutput } from '../../../test/docs/shown-output.ts'
import { planHints } from './plan-hints.ts'

const scan = {
  'Node Type': 'Seq Scan',
  'Relation Name': 'orders',
  'Actual Rows': 20,
  'Actual Loops': 1,
  'Rows Removed by Filter': 3980,
}

describe('the hints of a plan', () => {
  it.each([
    ["(customer_id = 'a'::uuid)", '"customer_id"'],
    ["((orders.customer_id = 'a'::uuid) AND (total > 5))", '"customer_id", "total"'],
    ["((name)::text = 'Ann'::text)", '"name"'],
    ['((total >= 5) AND (total <= 9))', '"total"'],
  ])('name the columns of the index for %s', (filter, columns) => {
    expect(planHints({ ...scan, Filter: filter })).toEqual([
      {
        text: expect.stringContaining('It reads 4,000 rows of "orders" to keep 20'),
        statement: `create index on "orders" (${columns});`,
      },
    ])
  })

  it('are as docs/development-page.md shows them', () => {
    const numbers = { 'Actual Rows': 100, 'Rows Removed by Filter': 1900 }
    const [hint] = planHints({ ...scan, ...numbers, Filter: "(customer_id = 'a'::uuid)" })
    const shown = shownOutput('docs/development-page.md', 'create index')
    expect(shown.replaceAll('\n', ' ')).toBe(`${hint?.text} ${hint?.statement}`)
  })

  it('add the columns of a sort above the scan', () => {
    const plan = {
      'Node Type': 'Sort',
      'Sort Key': ['orders.created_at DESC'],
      Plans: [{ ...scan, Filter: "(customer_id = 'a'::uuid)" }],
    }
    expect(planHints(plan)[0]?.statement).toBe(
      'create index on "orders" ("customer_id", "created_at");',
    )
  })

  it('advise nothing for a small table, a scan that keeps most rows, or an index scan', () => {
    const filter = { Filter: '(total > 5)' }
    expect(planHints({ ...scan, ...filter, 'Rows Removed by Filter': 900 })).toEqual([])
    expect(planHints({ ...scan, ...filter, 'Actual Rows': 3000 })).toEqual([])
    expect(planHints({ ...scan, ...filter, 'Node Type': 'Index Scan' })).toEqual([])
  })
})
