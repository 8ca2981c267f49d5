import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')

/**
 * The block of a page, without a language or with `text`, that contains these words.
 *
 * For a test that runs the command anyway. Ids and times are as `settledOutput()` writes them.
 */
export function shownOutput(page: string, words: string): string {
  const text = readFileSync(join(root, page), 'utf8')
  const blocks = [...text.matchAll(/^```(?<language>.*)\n(?<output>[\s\S]*?)^```$/gm)]
    .map(({ groups }) => groups)
    .filter((groups) => ['', 'text'].includes(groups?.['language'] ?? ''))
    .map((groups) => groups?.['output'] ?? '')
    .filter((output) => output.includes(words))
  if (blocks.length !== 1)
    throw new Error(`${page} has ${blocks.length} outputs with "${words}", and needs one`)
  return blocks.join('').trim()
}
