import { setTimeout as delay } from 'node:timers/promises'

const pause = 150

/** Waits until each of these addresses responds with a status below 400. */
export async function untilReady(urls: readonly string[], signal: AbortSignal): Promise<void> {
  await Promise.all(urls.map((url) => waitFor(url, signal)))
}

async function waitFor(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    try {
      const response = await fetch(url, { signal })
      await response.body?.cancel()
      if (response.ok) return
    } catch {
      signal.throwIfAborted()
    }
    await delay(pause, undefined, { signal })
  }
}
