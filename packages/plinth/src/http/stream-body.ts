import type { OpenStreams } from './open-streams.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { StreamFormat } from './stream.ts'

/** Content types of streams. */
export const streamTypes: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  jsonl: 'application/jsonl',
}

const pingEvery = 15_000

/** How a body ended: its last byte was taken, the client went away, the server stopped, or it broke. */
export type Ended =
  | { readonly how: 'done' | 'cancelled' | 'stopped' }
  | { readonly how: 'failed'; readonly error: unknown }

/** Why what is sent without end is ended. */
export const stopping: HttpError = new HttpError(503, 'The server is stopping', {
  code: 'PLINTH_SHUTTING_DOWN',
})

/** Ends a body that failed. The app has logged the reason, so the server need not log it again. */
class BrokenOff extends Error {}
export const brokenOff = (): Error =>
  stackless(() => new BrokenOff('An answer broke off; the log says why'))
export const isBrokenOff = (error: unknown): boolean => error instanceof BrokenOff

/** What a body of chunks has to do with the request that it answers. */
export interface StreamLife {
  /** Called once, and waited for before the body ends. */
  onEnd(ended: Ended): Promise<void>
  /** Called when it is stopped, before it ends. */
  onStop(): void
  /** The others that end when the server stops. */
  readonly streams: OpenStreams
}

/**
 * A body of text chunks that are made as they are taken. A failure breaks the connection, so that no client takes a
 * part for the whole. Events, which have no end, are ended when the server stops; lines are the whole when they end.
 */
export function streamBody(
  chunks: AsyncGenerator<string>,
  format: StreamFormat,
  life: StreamLife,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let ping: NodeJS.Timeout | undefined
  let ended: Promise<void> | undefined
  let isStopped = false
  const end = (how: Ended): Promise<void> => {
    clearInterval(ping)
    forget?.()
    return (ended ??= life.onEnd(how))
  }
  // One that waits hears of its end by its signal; its cleanup runs when it comes to its next yield.
  const giveUp = (): void =>
    void chunks.return(undefined).catch((error: unknown) => end({ how: 'failed', error }))
  const stop = (): void => {
    isStopped = true
    life.onStop()
    giveUp()
  }
  const forget = format === 'sse' ? life.streams.add(stop) : undefined
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
          const next = await chunks.next()
          if (next.done !== true) return controller.enqueue(encoder.encode(next.value))
          await end({ how: isStopped ? 'stopped' : 'done' })
          controller.close()
        } catch (error) {
          if (isStopped && isAbort(error)) {
            await end({ how: 'stopped' })
            return controller.close()
          }
          await end({ how: 'failed', error })
          controller.error(brokenOff())
        }
      },
      async cancel() {
        giveUp()
        await end({ how: 'cancelled' })
      },
    },
    { highWaterMark: 0 },
  )
}

/** What waiting with a signal that aborts throws. */
const isAbort = (error: unknown): boolean =>
  error === stopping || (error instanceof Error && error.name === 'AbortError')

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
