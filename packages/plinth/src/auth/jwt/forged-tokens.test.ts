import { expect, test } from 'vitest'
import { ForgedTokens } from './forged-tokens.ts'

test('The oldest of the tokens with a wrong signature is forgotten first.', () => {
  const forged = new ForgedTokens(2)
  for (const token of ['a', 'b', 'c']) forged.add(token)
  expect(['a', 'b', 'c'].map((token) => forged.has(token))).toEqual([false, true, true])
})

test('A long token with a wrong signature is not kept.', () => {
  const forged = new ForgedTokens()
  const [kept, long] = ['x'.repeat(1024), 'x'.repeat(1025)]
  forged.add(kept)
  forged.add(long)
  expect([forged.has(kept), forged.has(long)]).toEqual([true, false])
})
