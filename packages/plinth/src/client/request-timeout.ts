/** A timeout that aborts a request. */
export interface RequestTimeout {
  readonly signal: AbortSignal
  /** Stops the timeout, once the response has been read. */
  clear(): void
}

/** Starts a timeout of this many milliseconds; 0 never ends. */
export function requestTimeout(milliseconds: number): RequestTimeout {
  const controller = new AbortController()
  const timer = milliseconds > 0 ? setTimeout(() => controller.abort(), milliseconds) : undefined
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
