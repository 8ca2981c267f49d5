import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { docblocksCheck } from './docblocks.ts'
import { formatFinding } from './finding.ts'

const findingsIn = async (source: string): Promise<string[]> => {
  using planted = plant({
    'packages/plinth/package.json': '{ "exports": { ".": "./src/index.ts" } }',
    'packages/plinth/src/index.ts': `export * from './errors/a.ts'\nexport { z } from 'zod'\n`,
    'packages/plinth/src/errors/a.ts': source,
  })
  return (await docblocksCheck.run(planted.root)).map(formatFinding)
}

const example = (code: string): string =>
  [
    '/**',
    ' * Adds one to it.',
    ' *',
    ' * @example',
    ' * ```ts',
    ` * ${code}`,
    ' * ```',
    ' */',
  ].join('\n')

test('a documented function with an example that compiles passes, and so does a described constant', async () => {
  const found = await findingsIn(
    `${example('const two: number = 1 + 1')}\nexport function add(a: number): number {\n  return a + 1\n}\n` +
      '/** How many there are. */\nexport const count = 3\n',
  )
  expect(found).toEqual([])
})

test('a name without a docblock is reported at its declaration', async () => {
  expect(await findingsIn('\nexport const count = 3\n')).toEqual([
    expect.stringMatching(/errors\/a\.ts:2 count has no docblock with a sentence$/),
  ])
})

test('a docblock that only repeats the name is reported', async () => {
  expect(await findingsIn('/** Count. */\nexport interface Count {}\n')).toHaveLength(1)
})

test.each([
  ['function', 'export function add(a: number): number {\n  return a\n}\n'],
  ['constant that is a function', 'export const add = (a: number): number => a\n'],
  ['class', 'export class Adder {}\n'],
])('a %s without an example is reported', async (_kind, source) => {
  expect(await findingsIn(`/** Adds one to it. */\n${source}`)).toEqual([
    expect.stringContaining('has no @example'),
  ])
})

test('an example that does not compile is reported with the compiler error', async () => {
  const found = await findingsIn(`${example("const two: number = 'two'")}\nexport class Adder {}\n`)
  expect(found).toEqual([
    expect.stringMatching(/line 1 of the example of Adder does not compile: .*not assignable/),
  ])
})

test('an example without a code block is reported', async () => {
  const source = '/** Adds one to it. @example add(1) */\nexport const add = (): number => 1\n'
  expect(await findingsIn(source)).toEqual([expect.stringContaining('has no ```ts block')])
})
