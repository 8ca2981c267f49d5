import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Check, Finding } from './finding.ts'
import { diagnose } from './project.ts'

/** A line that must not compile, and the words that its error must contain. */
const expectation = /^(\s*)\/\/ @ts-expect-error(?:[ :-]+(.*))?$/

/**
 * Each `// @ts-expect-error some words` of a type test expects an error with these words.
 *
 * The compiler itself accepts any error, even one caused by a typo.
 */
export const typeMessagesCheck: Check = {
  name: 'type errors',
  proves: 'each @ts-expect-error names the words of its error',
  run: async (root) => {
    const files = globSync(['packages/*/{src,test}/**/*.test-d.ts', 'apps/*/**/*.test-d.ts'], {
      cwd: root,
      exclude: ['**/node_modules/**'],
    })
    const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
    const shown = Object.fromEntries(
      [...texts].map(([file, text]) => [join(root, file), showErrors(text)]),
    )
    const errors = Map.groupBy(await diagnose(root, shown), ({ file }) => relative(root, file))
    return [...texts].flatMap(([file, text]) =>
      readExpectations(text).flatMap((expected): Finding[] => {
        const messages = (errors.get(file) ?? [])
          .filter(({ line }) => line > expected.line && line <= expected.lastLine)
          .map(({ message }) => message)
        return checkMessage(file, expected, messages)
      }),
    )
  },
}

interface Expectation {
  readonly line: number
  /**
   * The last line of the expected error: at most the end of the statement, or the next expectation.
   */
  readonly lastLine: number
  readonly words: string
}

/** Blanks the expectations of a text and keeps the line numbers. */
function showErrors(text: string): string {
  return text
    .split('\n')
    .map((line) => (expectation.test(line) ? '//' : line))
    .join('\n')
}

function readExpectations(text: string): Expectation[] {
  return text.split('\n').flatMap((content, index) => {
    const match = expectation.exec(content)
    if (!match) return []
    return [{ line: index + 1, lastLine: index + 2, words: (match[2] ?? '').trim() }]
  })
}

function checkMessage(file: string, expected: Expectation, messages: readonly string[]): Finding[] {
  const { line, words } = expected
  if (!words) return [{ file, line, message: '@ts-expect-error names no words of the error' }]
  if (messages.some((message) => says(message, words))) return []
  const said = messages.join('\n  ') || 'nothing'
  return [{ file, line, message: `the error does not say '${words}'; it says ${said}` }]
}

/**
 * Tests a message for these words. `…` stands for any words; quotes, case and spaces do not count.
 */
function says(message: string, words: string): boolean {
  let rest = flatten(message)
  for (const part of words.split('…').map(flatten)) {
    const at = rest.indexOf(part)
    if (at < 0) return false
    rest = rest.slice(at + part.length)
  }
  return true
}

function flatten(text: string): string {
  return text.replaceAll(/[\s`'"\\]+/g, ' ').toLowerCase()
}
