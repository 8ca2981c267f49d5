// cspell:ignore wrod
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './tools.ts'
import type { Check, Finding } from './finding.ts'

const words = 'scripts/check/words.txt'

/** Code and pages are spelled in American English; the project's own words are in `words.txt`. */
export const spellingCheck: Check = {
  name: 'spelling',
  proves: 'cspell knows every word of the code and the pages, in American English',
  run: async (root) => [
    ...(
      await runTool(root, ['node_modules/cspell/bin.mjs', 'lint', '--no-progress', '--no-summary'])
    )
      .flatMap(({ message }) => message.split('\n'))
      .map(readFinding),
    ...checkWords(readFileSync(join(root, words), 'utf8')),
  ],
}

/** Reads a line of cspell's output, such as `docs/a.md:3:7 - Unknown word (wrod) fix: (word)`. */
export function readFinding(line: string): Finding {
  const found = /^(?<file>.+?):(?<line>\d+):\d+ - Unknown word \((?<word>.+?)\)(?<fix>.*)$/.exec(
    line,
  )
  if (!found?.groups) return { message: line }
  const { file, line: number, word, fix = '' } = found.groups
  const advice = fix.trim() || `correct it, or add it to ${words} if it is right`
  return { file: file!, line: Number(number), message: `unknown word "${word}": ${advice}` }
}

/** Finds words of the list that are twice there, or not in their place. */
export function checkWords(list: string): Finding[] {
  const entries = list.split('\n').filter((word) => word !== '' && !word.startsWith('#'))
  const misplaced = entries.find((word, at) => at > 0 && entries[at - 1]! >= word)
  if (misplaced === undefined) return []
  return [
    { file: words, message: `"${misplaced}" is not in its alphabetical place, or is there twice` },
  ]
}
