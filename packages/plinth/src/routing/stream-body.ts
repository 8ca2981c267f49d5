import type { StreamFormat } from './stream.ts'

/** Content types of streams. */
export const streamTypes: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  jsonl: 'application/jsonl',
}

const pingEvery = 15_000

/** How a body ended: its last byte was taken, the client went away, or it broke. */
export type Ended =
  | { readonly how: 'done' | 'cancelled' }
  | { readonly how: 'failed'; readonly error: unknown }

/** What is told below the app of a body that failed: the adapter prints it. The error itself is for the log. */
const brokenOff = (): Error => new Error('An answer broke off; the log says why')

/**
 * A body of text chunks that are made as they are taken. A failure breaks the connection, so that no client takes a
 * part for the whole.
 *
 * @param onEnd - called once, and waited for before the body ends
 */
export function streamBody(
  chunks: AsyncIterable<string>,
  format: StreamFormat,
  onEnd: (ended: Ended) => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let ping: NodeJS.Timeout | undefined
  let ended: Promise<void> | undefined
  const end = (how: Ended): Promise<void> => {
    clearInterval(ping)
    return (ended ??= onEnd(how))
  }
  return new ReadableStream(
    {
      start(controller) {
        // A proxy between would close a connection on which nothing moves.
        if (format === 'sse')
          ping = setInterval(
            () => controller.enqueue(encoder.encode(': ping\n\n')),
            pingEvery,
          ).unref()
      },
      async pull(controller) {
        try {
          const next = await iterator.next()
          if (next.done !== true) return controller.enqueue(encoder.encode(next.value))
          await end({ how: 'done' })
          controller.close()
        } catch (error) {
          await end({ how: 'failed', error })
          controller.error(brokenOff())
        }
      },
      async cancel() {
        // A generator that waits hears of this by its signal; its cleanup runs when it comes to its next yield.
        void iterator.return?.(undefined)
        await end({ how: 'cancelled' })
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same body, with a word when it has been taken or dropped. */
export function watchedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onEnd: (ended: Ended) => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let ended: Promise<void> | undefined
  const end = (how: Ended): Promise<void> => (ended ??= onEnd(how))
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const next = await reader.read()
          if (!next.done) return controller.enqueue(next.value)
          await end({ how: 'done' })
          controller.close()
        } catch (error) {
          await end({ how: 'failed', error })
          controller.error(brokenOff())
        }
      },
      async cancel(reason) {
        await reader.cancel(reason)
        await end({ how: 'cancelled' })
      },
    },
    { highWaterMark: 0 },
  )
}
