import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { formatFinding } from '../check/finding.ts'
import { anchorsOf, deadPageLinks } from './page-links.ts'
import { searchWords } from './search-words.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('Every link between the pages of the repository leads to a file and a heading that exist.', () => {
  const { links, dead } = deadPageLinks(root)
  expect(dead.map(formatFinding)).toEqual([])
  expect(links).toBeGreaterThan(500)
})

test('The search words of a section belong to a page and a heading that exist.', () => {
  const lost = Object.keys(searchWords).filter((place) => {
    const [page, anchor] = place.split('#')
    const text = readFileSync(join(root, `docs/${page}.md`), 'utf8')
    return anchor !== undefined && !anchorsOf(text).has(anchor)
  })
  expect(lost).toEqual([])
})

test('A dead link is found with its line, in other pages and in its own, and one in code is not read.', () => {
  const folder = mkdtempSync(join(tmpdir(), 'links-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'docs'))
  writeFileSync(
    join(folder, 'docs/a.md'),
    '# A\n\n[b](b.md#two-1) [here](#a) `[x](x.md)`\n\n[gone](c.md) [lost](b.md#three)\n[own](#b)\n',
  )
  writeFileSync(join(folder, 'docs/b.md'), '# B\n\n## Two\n\n## Two\n\n```md\n## Three\n```\n')
  expect(deadPageLinks(folder).dead.map(formatFinding)).toEqual([
    'docs/a.md:5 docs/c.md does not exist',
    'docs/a.md:5 docs/b.md has no heading with the anchor #three',
    'docs/a.md:6 docs/a.md has no heading with the anchor #b',
  ])
})
