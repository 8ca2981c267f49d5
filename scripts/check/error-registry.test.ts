import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { errorRegistryCheck } from './error-registry.ts'
import { formatFinding } from './finding.ts'

const section = (code: string, status?: number): string =>
  `### ${code}\n\n${status ? `Status: ${status}\n\n` : ''}When: it happens.\n\nDo: something.\n\n`

const findingsIn = async (
  document: string,
  source = "'PLINTH_A' + 'PLINTH_B'",
): Promise<string[]> => {
  using planted = plant({
    'packages/plinth/src/errors/error-codes.ts':
      'export const errorCodes = { PLINTH_A: { status: 404 }, PLINTH_B: { status: 0 } }\n',
    'packages/plinth/src/errors/other.ts': `export const other = ${source}\n`,
    'docs/errors.md': document,
  })
  return (await errorRegistryCheck.run(planted.root)).map(formatFinding)
}

const both = section('PLINTH_A', 404) + section('PLINTH_B')

test('a registry, a document and a source with the same codes pass', async () => {
  expect(await findingsIn(both)).toEqual([])
})

test('a code that is missing in the document or in the registry is reported', async () => {
  expect(await findingsIn(section('PLINTH_A', 404) + section('PLINTH_C', 404))).toEqual([
    expect.stringMatching(/^docs\/errors\.md:9 PLINTH_C is not in /),
    'docs/errors.md PLINTH_B is missing here',
  ])
})

test('a status that differs from the registry is reported', async () => {
  expect(await findingsIn(both.replace('404', '409'))).toEqual([
    'docs/errors.md:1 PLINTH_A has 404, not 409',
  ])
  expect(await findingsIn(both + section('PLINTH_B', 500))).toEqual([
    'docs/errors.md:15 PLINTH_B has no status, not 500',
  ])
})

test('a section without "When:" or "Do:" is reported', async () => {
  expect(
    await findingsIn(both.replace('When: it happens.', '').replace('Do: something.', '')),
  ).toEqual([
    expect.stringContaining(`PLINTH_A does not say 'When: …'`),
    expect.stringContaining(`PLINTH_A does not say 'Do: …'`),
  ])
})

test('a code that is missing in the registry is reported, and so is an unused one', async () => {
  expect(await findingsIn(both, "'PLINTH_A' + 'PLINTH_TYPO'")).toEqual([
    expect.stringMatching(/errors\/other\.ts:1 PLINTH_TYPO is not in /),
    expect.stringMatching(/error-codes\.ts PLINTH_B is unused$/),
  ])
})
