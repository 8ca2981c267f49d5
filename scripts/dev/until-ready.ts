import { setTimeout as delay } from 'node:timers/promises'

const pause = 150

/** Waits until each of these addresses responds with a status below 400. */
export async function untilReady(urls: readonly string[], signal: AbortSignal): Promise<void> {
  await Promise.all(urls.map((url) => answering(url, signal)))
}

async function answering(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    try {
      const answer = await fetch(url, { signal })
      await answer.body?.cancel()
      if (answer.ok) return
    } catch {
      signal.throwIfAborted()
    }
    await delay(pause, undefined, { signal })
  }
}
