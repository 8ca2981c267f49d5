import { expect, test } from 'vitest'
import { percentile, randomFrom, ratiosTo, spreadOf } from './statistics.ts'

test('a spread is the minimum, the median and the maximum of unsorted values', () => {
  expect(spreadOf([9, 1, 4])).toEqual({ min: 1, median: 4, max: 9 })
  expect(spreadOf([10, 2, 4, 8])).toEqual({ min: 2, median: 6, max: 10 })
  expect(spreadOf([])).toBeNull()
})

test('a ratio is taken per round, so that a slow round of both does not change it', () => {
  const plinth = [100, 200, 400]
  const other = [300, 600, 1200]
  expect(ratiosTo(plinth, other)).toEqual({ min: 3, median: 3, max: 3 })
  expect(ratiosTo(plinth, [100, 400, 1600])).toEqual({ min: 1, median: 2, max: 4 })
})

test('a round that the other does not have is not counted', () => {
  expect(ratiosTo([100], [50, 900])).toEqual({ min: 0.5, median: 0.5, max: 0.5 })
  expect(ratiosTo([], [50])).toBeNull()
})

test('a percentile is interpolated between two values', () => {
  const values = Array.from({ length: 101 }, (_, n) => n * 2)
  expect(percentile(values, 50)).toBe(100)
  expect(percentile(values, 99)).toBe(198)
  expect(percentile([1, 2], 75)).toBe(1.75)
  expect(percentile([], 50)).toBeNaN()
})

test('one seed gives one sequence, so that each contender gets the same requests', () => {
  const some = (seed: number) => Array.from({ length: 20 }, randomFrom(seed))
  expect(some(7)).toEqual(some(7))
  expect(some(7)).not.toEqual(some(8))
  expect(some(7).every((value) => value >= 0 && value < 1)).toBe(true)
})
