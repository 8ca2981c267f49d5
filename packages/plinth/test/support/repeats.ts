/**
 * Returns the number of repetitions of a test.
 *
 * It is the first with `PLINTH_TEST_ALL=1`, and otherwise the second, which is enough to notice a change.
 */
export const repeats = (all: number, usual: number): number =>
  process.env['PLINTH_TEST_ALL'] ? all : usual
