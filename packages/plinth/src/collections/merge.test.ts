import { expect, it } from 'vitest'
import { merge } from './merge.ts'

async function* numbers(count: number, closed: string[], name: string) {
  try {
    for (let n = 0; n < count; n++) yield `${name}${n}`
  } finally {
    closed.push(name)
  }
}
const never = (closed: string[]): AsyncIterableIterator<string, undefined> => ({
  next: () => new Promise(() => {}),
  return: async () => {
    closed.push('never')
    return { done: true, value: undefined }
  },
  [Symbol.asyncIterator]() {
    return this
  },
})

it('merge yields the values of all sources in turn, and ends and closes the others when the first ends', async () => {
  const closed: string[] = []
  const seen: string[] = []
  for await (const value of merge(numbers(3, closed, 'a'), numbers(9, closed, 'b'), never(closed)))
    seen.push(value)
  expect(seen.filter((value) => value.startsWith('a'))).toEqual(['a0', 'a1', 'a2'])
  expect(seen.slice(0, 4)).toEqual(['a0', 'b0', 'a1', 'b1'])
  await expect.poll(() => closed.toSorted()).toEqual(['a', 'b', 'never'])
})

it('merge fails with the error of a source, and closes the others when its loop is left', async () => {
  const closed: string[] = []
  async function* fails(): AsyncGenerator<string> {
    yield 'one'
    throw new Error('broken')
  }
  const merged = merge(fails(), never(closed))
  expect(await merged.next()).toEqual({ done: false, value: 'one' })
  await expect(merged.next()).rejects.toThrow('broken')
  expect(closed).toEqual(['never'])
  for await (const _ of merge(numbers(2, closed, 'a'), never(closed))) break
  await expect.poll(() => closed.toSorted()).toEqual(['a', 'never', 'never'])
})
