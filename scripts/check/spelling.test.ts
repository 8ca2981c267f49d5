// cspell:ignore colour wrod
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { checkWords, readFinding, spellingCheck } from './spelling.ts'

const findingsIn = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
  using planted = plant({ 'scripts/check/words.txt': '# Words.\nplinth\n', ...files })
  copyFileSync(join(import.meta.dirname, '../../cspell.json'), join(planted.root, 'cspell.json'))
  return (await spellingCheck.run(planted.root)).map(formatFinding)
}

test('a misspelled word is found in comments, texts, identifiers and pages', async () => {
  const found = await findingsIn({
    'packages/plinth/src/a.ts': "// A wrod.\nexport const b = 'a wrod'\nexport const aWrod = 1\n",
    'docs/a.md': '# A wrod\n',
  })
  expect(found.toSorted()).toEqual([
    expect.stringMatching(/^docs\/a\.md:1 unknown word "wrod"/),
    expect.stringMatching(/^packages\/plinth\/src\/a\.ts:1 unknown word "wrod"/),
    expect.stringMatching(/^packages\/plinth\/src\/a\.ts:2 unknown word "wrod"/),
    expect.stringMatching(/^packages\/plinth\/src\/a\.ts:3 unknown word "Wrod"/),
  ])
})

test('British spelling is found, the words of the list are not', async () => {
  const found = await findingsIn({ 'docs/a.md': '# The colour of plinth\n' })
  expect(found).toEqual([expect.stringContaining('unknown word "colour"')])
})

test('a finding says how the word is spelled, or where it can be added', () => {
  expect(formatFinding(readFinding('a.md:3:7 - Unknown word (wrod) fix: (word)'))).toBe(
    'a.md:3 unknown word "wrod": fix: (word)',
  )
  expect(readFinding('a.md:3:7 - Unknown word (wrod)').message).toContain('add it to scripts/check')
  expect(readFinding('Error: no configuration')).toEqual({ message: 'Error: no configuration' })
})

test('the list of words is sorted, and has no word twice', () => {
  expect(checkWords('# Words\nalpha\nbeta\n')).toEqual([])
  expect(checkWords('beta\nalpha\n')).toHaveLength(1)
  expect(checkWords('alpha\nalpha\n')).toHaveLength(1)
})
