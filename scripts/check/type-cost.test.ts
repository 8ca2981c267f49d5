import { expect, test } from 'vitest'
import { generateApp } from '../type-cost/generate-app.ts'
import { figure } from '../type-cost/measure-types.ts'
import { overBudget } from './type-cost.ts'

test('more instantiations than the budget are reported, exactly the budget is not', () => {
  const budget = { most: 500_000, of: 'an app' }
  expect(overBudget(500_000, budget)).toEqual([])
  expect(overBudget(500_001, budget)).toEqual([
    {
      file: 'scripts/bench-types.budget.json',
      message:
        'an app costs 500,001 instantiations, and the budget is 500,000: see npm run bench:types',
    },
  ])
})

test('a figure is read from the compiler output, and a missing one is an error', () => {
  const output = 'Files:  12\nInstantiations:  458102\nMemory used:  201728K\nCheck time:  0.77s\n'
  expect(figure(output, 'Instantiations')).toBe(458_102)
  expect(figure(output, 'Memory used')).toBe(201_728)
  expect(figure(output, 'Check time')).toBe(0.77)
  expect(() => figure(output, 'Types')).toThrow('the compiler output has no "Types"')
})

test.each([
  [10, 1],
  [100, 10],
  [300, 30],
])(
  'the generated app of %i routes has %i modules with four client calls each',
  (routes, modules) => {
    const files = generateApp(routes)
    const count = (text: string | undefined, part: RegExp): number => text?.match(part)?.length ?? 0
    const routesOf = Object.keys(files)
      .filter((name) => /^r\d+\.ts$/.test(name))
      .map((name) => count(files[name], /= r\.(?:get|post|patch|delete)\(/g))
    expect(routesOf).toEqual(Array(modules).fill(10))
    expect(count(files['models.ts'], /= model\(/g)).toBe(modules)
    expect(count(files['client.ts'], /await c\./g)).toBe(modules * 4)
  },
)
