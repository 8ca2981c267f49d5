import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settledOutput } from './settled-output.ts'

const root = join(import.meta.dirname, '../../../..')

/**
 * The blocks of a page, without a language or with `text`, that contain these words.
 *
 * For a test that runs the command anyway. Ids and times are as `settledOutput()` writes them.
 */
export const shownOutputs = (page: string, words: string): string[] =>
  [
    ...readFileSync(join(root, page), 'utf8').matchAll(
      /^```(?<language>.*)\n(?<output>[\s\S]*?)^```$/gm,
    ),
  ]
    .map(({ groups }) => groups)
    .filter((groups) => ['', 'text'].includes(groups?.['language'] ?? ''))
    .map((groups) => settledOutput(groups?.['output'] ?? '', new Map()))
    .filter((output) => output.includes(words))

/** The only one of {@link shownOutputs}. */
export function shownOutput(page: string, words: string): string {
  const [output, ...others] = shownOutputs(page, words)
  if (output === undefined || others.length > 0)
    throw new Error(`${page} needs one output with "${words}"`)
  return output
}
