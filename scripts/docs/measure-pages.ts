// The measures of the pages of docs/: node scripts/docs/measure-pages.ts [docs/models.md …]
// Prints each finding with its file and line. Fails if a measure of `limits` is not met.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatFinding, type Finding } from '../check/finding.ts'
import { checkPage } from '../check/prose.ts'
import { isGuide } from './navigation.ts'
import { lateCode, longSentences, sentencesOf, wallsOfText, wideCode } from './page-shape.ts'

/** The most of each measure. */
const limits = { patterns: 0, 'long sentences (%)': 2, 'guides without early code': 0 }

const root = fileURLToPath(new URL('../..', import.meta.url))
const chosen = process.argv.slice(2)
const pages = chosen.length > 0 ? chosen : globSync('docs/**/*.md', { cwd: root }).toSorted()
const texts = pages.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

const measure = (find: (file: string, text: string) => readonly Finding[]): Finding[] =>
  texts.flatMap(({ file, text }) => find(file, text).map((finding) => ({ ...finding, file })))

const patterns = measure(checkPage)
const long = measure((_file, text) =>
  longSentences(text).map(({ line, words, text: sentence }) => ({
    line,
    message: `${words} words: ${sentence.slice(0, 70)}…`,
  })),
)
const late = measure((file, text) => {
  const line = isGuide(file.slice('docs/'.length)) ? lateCode(text) : undefined
  if (line === undefined) return []
  return [{ line, message: line === 0 ? 'no code' : 'the first code: move it into lines 1 to 15' }]
})
const walls = measure((_file, text) => wallsOfText(text))
const wide = measure((_file, text) => wideCode(text))

const lists: readonly (readonly [title: string, findings: readonly Finding[]])[] = [
  ['Banned patterns', patterns],
  ['Sentences over 30 words', long],
  ['Guides without code in their first 15 lines', late],
  ['More than two paragraphs in a row', walls],
  ['Code wider than 76 columns', wide],
]
for (const [title, findings] of lists) {
  console.log(`\n${title}: ${findings.length}`)
  for (const finding of findings) console.log(`  ${formatFinding(finding)}`)
}
const sentences = texts.reduce((sum, { text }) => sum + sentencesOf(text).length, 0)
const values: Readonly<Record<keyof typeof limits, number>> = {
  patterns: patterns.length,
  'long sentences (%)': Math.round((long.length / sentences) * 1000) / 10,
  'guides without early code': late.length,
}
console.log(`\n${pages.length} pages, ${sentences} sentences`)
for (const [name, most] of Object.entries(limits)) {
  const value = values[name as keyof typeof limits]
  if (value > most) process.exitCode = 1
  console.log(`${value > most ? '✗' : '✓'} ${name}: ${value}, at most ${most}`)
}
