import { STATUS_CODES } from 'node:http'
import { expect } from 'vitest'
import { matches } from './matches.ts'
import type { Passage } from './read-passages.ts'
import type { Outcome } from './run-passages.ts'
import { settledOutput } from './settled-output.ts'

/** Compares what the code of a passage printed and sent with what its page shows. */
export function expectOutcome(
  passage: Pick<Passage, 'exchanges' | 'outputs'> & Partial<Pick<Passage, 'printed' | 'texts'>>,
  outcome: Outcome | undefined,
): void {
  expect(outcome?.error).toBeUndefined()
  expectPrinted(passage, outcome?.printed ?? [])
  for (const [at, exchange] of passage.exchanges.entries())
    expectExchange(exchange, outcome?.responses[at])

  const { texts = [] } = passage
  const seen = outcome?.shown ?? []
  if (texts.some((text, at) => !showsLines(text, seen[at] ?? '')))
    expect(seen.map(settled)).toEqual(texts.map(settled))
  expect(seen).toHaveLength(texts.length)
}

function expectPrinted(
  { outputs, printed: all }: Partial<Pick<Passage, 'outputs' | 'printed'>>,
  printed: readonly string[],
): void {
  if (all !== undefined) {
    if (!showsLines(all, printed.join('\n'))) expect(printed.join('\n')).toBe(all)
    return
  }
  if (outputs?.some((shown, at) => differ(shown, printed[at] ?? '')))
    expect(printed).toEqual(outputs)
  expect(printed).toHaveLength(outputs?.length ?? 0)
}

function expectExchange(
  { expected, method, path }: Passage['exchanges'][number],
  response: Outcome['responses'][number] | undefined,
): void {
  const call = `${method} ${path}`
  const text = response?.body ?? ''
  expect(`${call}: ${response?.status} ${STATUS_CODES[response?.status ?? 0]}, ${text}`).toContain(
    `${call}: ${expected.status} ${expected.reason}, `,
  )
  const headers = new Headers(response?.headers.map(([name, value]) => [name, value]))
  for (const [name, value] of expected.headers)
    if (differ(value, headers.get(name) ?? '')) expect(headers.get(name)).toBe(value)
  if (differ(expected.body, text)) expect(text).toBe(expected.body)
}

const settled = (text: string): string => settledOutput(text, new Map())

/** Objects as `console.log` prints them, without the spaces and line breaks that depend on their length. */
const squeezed = (text: string): string =>
  settled(text)
    .replaceAll(/(?<=[[{])\s+|\s+(?=[\]}])/g, '')
    .replaceAll(/\s+/g, ' ')

const differ = (shown: string, actual: string): boolean =>
  !matches(shown, actual) && !matches(squeezed(shown), squeezed(actual))

/** Compares a whole output, or line by line, because lines of JSON are compared as values. */
function showsLines(shown: string, actual: string): boolean {
  if (!differ(shown, actual)) return true
  const [left, right] = [settled(shown).split('\n'), settled(actual).split('\n')]
  return left.length === right.length && left.every((line, at) => matches(line, right[at] ?? ''))
}
