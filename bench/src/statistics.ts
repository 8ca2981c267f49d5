/** The smallest, the middle and the largest of what several rounds gave. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Sums up what rounds gave; `null` where there was no round. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  return { min, median: percentile(sorted, 50), max }
}

/**
 * What each round of one gave, divided by what the same round of the other gave.
 *
 * Rounds are compared one with one and not sum with sum: whatever else the machine did in a round, it did to both.
 */
export function ratiosTo(base: readonly number[], values: readonly number[]): Spread | null {
  const ratios = values.flatMap((value, round) => {
    const divisor = base[round]
    return divisor === undefined || divisor === 0 ? [] : [value / divisor]
  })
  return spreadOf(ratios)
}

/** The value that `percent` of a sorted list are not above; between two, in proportion. */
export function percentile(sorted: readonly number[], percent: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

/** Numbers that look random and are the same in every run: each contender is asked the same. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
