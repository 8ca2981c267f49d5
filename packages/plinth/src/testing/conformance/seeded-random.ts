import type { RandomSource } from '../../schemas/kinds/value-kind.ts'

/** Random choices that are the same for the same seed. */
export interface SeededRandom extends RandomSource {
  /** A number from 0 to 1, without 1. */
  next(): number
}

/**
 * Creates a source of random choices (mulberry32).
 *
 * @param seed - an integer
 */
export function seededRandom(seed: number): SeededRandom {
  let state = Math.trunc(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    oneIn: (times) => int(1, times) === 1,
  }
}
