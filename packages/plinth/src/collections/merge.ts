type ItemOf<S> = S extends AsyncIterable<infer T> ? T : never

/** A result of one of the sources. */
interface Ready {
  readonly at: number
  readonly result: Promise<IteratorResult<unknown, unknown>>
}

/**
 * Merges async iterables: yields the values of each as they come, and ends when the first of them ends or fails.
 *
 * In the handler of a socket, one of them is `incoming`, which ends with the socket. The others are closed then. A source
 * is asked for its next value when the one before it was taken, so none gets ahead of a slow client.
 *
 * @example
 * ```ts
 * import { merge, router } from 'plinth'
 * import * as z from 'zod'
 *
 * async function* ticks(signal: AbortSignal) {
 *   while (!signal.aborted) {
 *     await new Promise((resolve) => setTimeout(resolve, 1000))
 *     yield 'tick'
 *   }
 * }
 * const plain = router('')
 * export const clock = plain.socket('/clock', { receive: z.string(), send: z.string() },
 *   async function* ({ incoming, signal }) {
 *     for await (const text of merge(incoming, ticks(signal))) yield text
 *   })
 * ```
 */
export async function* merge<S extends readonly AsyncIterable<unknown>[]>(
  ...sources: S
): AsyncGenerator<ItemOf<S[number]>, void, undefined> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]())
  const ready: Ready[] = []
  let wake: (() => void) | undefined
  // Not Promise.race(): each race would leave a listener on the promise of a source that is quiet.
  const ask = (at: number): void => {
    const result = iterators[at]!.next()
    const add = (): void => {
      ready.push({ at, result })
      wake?.()
    }
    result.then(add, add)
  }
  try {
    for (let at = 0; at < iterators.length; at++) ask(at)
    for (;;) {
      while (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const { at, result } = ready.shift()!
      const next = await result
      if (next.done === true) return
      // The iterator of a source yields the source's items.
      yield next.value as ItemOf<S[number]>
      ask(at)
    }
  } finally {
    // Not awaited: a generator that waits for something ends at its next yield.
    for (const iterator of iterators) void iterator.return?.().catch(() => undefined)
  }
}
