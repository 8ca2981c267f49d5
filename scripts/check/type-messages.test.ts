import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { typeMessagesCheck } from './type-messages.ts'

const findingsIn = async (expectation: string): Promise<string[]> => {
  using planted = plant({
    'packages/plinth/src/errors/a.ts': 'export const add = (a: number): number => a\n',
    'packages/plinth/src/errors/a.test-d.ts': `import { add } from './a.ts'\n${expectation}\nadd('one')\n`,
  })
  return (await typeMessagesCheck.run(planted.root)).map(formatFinding)
}

test('an error with the expected words passes, in any case and with any quotes', async () => {
  expect(
    await findingsIn('// @ts-expect-error not assignable to parameter of type number'),
  ).toEqual([])
})

test('… stands for any words, but the order counts', async () => {
  expect(await findingsIn('// @ts-expect-error Argument of … to parameter')).toEqual([])
  expect(await findingsIn('// @ts-expect-error parameter … Argument')).toHaveLength(1)
})

test('an error with other words is reported with its message', async () => {
  expect(await findingsIn('// @ts-expect-error title is missing')).toEqual([
    expect.stringMatching(
      /a\.test-d\.ts:2 the error does not say 'title is missing'; it says Argument of type/,
    ),
  ])
})

test('an expectation without words is reported', async () => {
  expect(await findingsIn('// @ts-expect-error')).toEqual([
    expect.stringContaining('names no words of the error'),
  ])
})
