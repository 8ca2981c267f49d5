/** Milliseconds that a handler computes for. */
export const work = 5

/** Computes for {@link work} milliseconds, as a handler that renders or calculates does. */
export function compute(): { done: true } {
  const until = performance.now() + work
  while (performance.now() < until);
  return { done: true }
}
