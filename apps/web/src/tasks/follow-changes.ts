/** The source of changes, and their effect. */
export interface Following {
  /** Connects to the stream of changes. */
  readonly connect: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>
  /** Called with each change, and once after each connection: changes before it may have been missed. */
  readonly changed: () => void
  readonly signal: AbortSignal
  /** Resolves when it is time to try again. */
  readonly pause: (failures: number, signal: AbortSignal) => Promise<void>
}

/** Follows a stream of changes until the signal aborts. It connects again when the stream breaks. */
export async function followChanges({ connect, changed, signal, pause }: Following): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const _ of await connect(signal)) {
        failures = 0
        changed()
      }
    } catch {
      // The lists themselves tell the user that the service cannot be reached.
    }
    if (!signal.aborted) await pause(failures++, signal)
  }
}

/** Exponential backoff with jitter, up to ten seconds. The network's return ends it early. */
export function backoff(failures: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.random() * Math.min(10_000, 500 * 2 ** failures))
  const end = new AbortController()
  window.addEventListener('online', () => resolve(), { signal: end.signal })
  signal.addEventListener('abort', () => resolve(), { signal: end.signal })
  return promise.finally(() => {
    clearTimeout(timer)
    end.abort()
  })
}
