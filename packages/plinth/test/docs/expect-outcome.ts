import { STATUS_CODES } from 'node:http'
import { expect } from 'vitest'
import { matches } from './matches.ts'
import type { Passage } from './read-passages.ts'
import type { Outcome } from './run-passages.ts'

/** Compares what the code of a passage printed and sent with what its page shows. */
export function expectOutcome(
  { exchanges, outputs }: Pick<Passage, 'exchanges' | 'outputs'>,
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
}
