/** The part of a browser that tells whether it is online. Node has none of it. */
interface Page {
  readonly navigator?: { readonly onLine?: boolean }
  readonly addEventListener?: (name: string, listener: () => void) => void
  readonly removeEventListener?: (name: string, listener: () => void) => void
}
const page = globalThis as Page

/** False in a browser that knows that it has no network. */
export const isOnline = (): boolean => page.navigator?.onLine !== false

/** Calls a listener when the browser goes online or offline. Returns a function that stops that. */
export function onNetwork(name: 'online' | 'offline', listener: () => void): () => void {
  page.addEventListener?.(name, listener)
  return () => page.removeEventListener?.(name, listener)
}

/** Waits this many milliseconds, or until the network is back. Rejects when the signal aborts. */
export function untilRetry(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => reject(signal?.reason as Error)
  const timer = setTimeout(resolve, milliseconds)
  const forget = onNetwork('online', resolve)
  signal?.addEventListener('abort', stop)
  return promise.finally(() => {
    clearTimeout(timer)
    forget()
    signal?.removeEventListener('abort', stop)
  })
}
