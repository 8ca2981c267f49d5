import { STATUS_CODES } from 'node:http'
import { expect } from 'vitest'
import { matches } from './matches.ts'
import type { Passage } from './read-passages.ts'
import type { Outcome } from './run-passages.ts'
import { settledOutput } from './settled-output.ts'

/** Compares what the code of a passage printed and sent with what its page shows. */
export function expectOutcome(
  {
    exchanges,
    outputs,
    texts = [],
  }: Pick<Passage, 'exchanges' | 'outputs'> & Partial<Pick<Passage, 'texts'>>,
  outcome: Outcome | undefined,
): void {
  expect(outcome?.error).toBeUndefined()
  const differ = (shown: string, actual: string): boolean => !matches(shown, actual)

  const printed = outcome?.printed ?? []
  if (outputs.some((shown, at) => differ(shown, printed[at] ?? '')))
    expect(printed).toEqual(outputs)
  expect(printed).toHaveLength(outputs.length)

  for (const [at, { expected, method, path }] of exchanges.entries()) {
    const response = outcome?.responses[at]
    const call = `${method} ${path}`
    const text = response?.body ?? ''
    expect(
      `${call}: ${response?.status} ${STATUS_CODES[response?.status ?? 0]}, ${text}`,
    ).toContain(`${call}: ${expected.status} ${expected.reason}, `)
    const headers = new Headers(response?.headers.map(([name, value]) => [name, value]))
    for (const [name, value] of expected.headers)
      if (differ(value, headers.get(name) ?? '')) expect(headers.get(name)).toBe(value)
    if (differ(expected.body, text)) expect(text).toBe(expected.body)
  }

  const seen = outcome?.shown ?? []
  if (texts.some((text, at) => !showsLines(text, seen[at] ?? '')))
    expect(seen.map(settled)).toEqual(texts.map(settled))
  expect(seen).toHaveLength(texts.length)
}

const settled = (text: string): string => settledOutput(text, new Map())

/** Compares a whole output, or line by line, because lines of JSON are compared as values. */
function showsLines(shown: string, actual: string): boolean {
  if (matches(settled(shown), settled(actual))) return true
  const [left, right] = [settled(shown).split('\n'), settled(actual).split('\n')]
  return left.length === right.length && left.every((line, at) => matches(line, right[at] ?? ''))
}
