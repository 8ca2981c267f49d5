/**
 * Returns how often a test repeats itself: with `PLINTH_TEST_ALL=1` the first number, and otherwise
 * the second, which is enough to notice a change.
 */
export const repeats = (all: number, usual: number): number =>
  process.env['PLINTH_TEST_ALL'] ? all : usual
