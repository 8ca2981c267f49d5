import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(`${root}/docs/security.md`, 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?:API|V)\d/.test(line))
/** The rows that name a test. The others say what Plinth does about a risk. */
const proofs = rows.filter((row) => row.includes('.test.ts)'))
const claims = rows.filter((row) => !proofs.includes(row))

/** The links of the page to tests: the title of the test, and its file. */
const shown = [...page.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)]

test('each test that docs/security.md names is in the file that the page names', () => {
  expect(shown.length).toBeGreaterThan(50)
  const missing = shown.filter(([, title = '', file = '']) => {
    const source = existsSync(`${root}/${file}`) ? readFileSync(`${root}/${file}`, 'utf8') : ''
    return !["'", '"', '`'].some((quote) => source.includes(`(${quote}${title}${quote},`))
  })
  expect(missing.map(([, title, file]) => `${file}: ${title}`)).toEqual([])
})

test('docs/security.md has a row for each of the API Security Top 10 and each chapter of ASVS 5.0', () => {
  const risks = claims.filter((row) => row.startsWith('| API'))
  expect(risks.map((row) => /API\d+/.exec(row)?.[0])).toEqual(
    Array.from({ length: 10 }, (_, at) => `API${at + 1}`),
  )
  const chapters = claims.filter((row) => row.startsWith('| V'))
  expect(chapters.map((row) => /V\d+/.exec(row)?.[0])).toEqual(
    Array.from({ length: 17 }, (_, at) => `V${at + 1}`),
  )
  const proven = new Set(proofs.map((row) => /\w+\d+/.exec(row)?.[0]))
  const unproven = [...risks, ...chapters].filter(
    (row) => !proven.has(/\w+\d+/.exec(row)?.[0]) && !row.includes('**Not covered**'),
  )
  expect(unproven).toEqual([])
})
