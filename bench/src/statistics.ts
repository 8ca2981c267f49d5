/** The minimum, the median and the maximum of several rounds. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Summarizes the values of rounds; `null` without a round. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  return { min, median: percentile(sorted, 50), max }
}

/**
 * Divides the value of each round by the value of the other in the same round.
 *
 * Comparing round by round instead of the sums cancels other load on the machine, which affects
 * both.
 */
export function ratiosTo(base: readonly number[], values: readonly number[]): Spread | null {
  const ratios = values.flatMap((value, round) => {
    const divisor = base[round]
    return divisor === undefined || divisor === 0 ? [] : [value / divisor]
  })
  return spreadOf(ratios)
}

/** The percentile of a sorted list, interpolated between two values. */
export function percentile(sorted: readonly number[], percent: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

/** A seeded random generator, so that each contender gets the same requests in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
