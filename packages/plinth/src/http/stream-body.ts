import type { OpenStreams } from './open-streams.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { StreamFormat } from './stream.ts'

/** The content types of streams. */
export const streamTypes: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  jsonl: 'application/jsonl',
}

const pingEvery = 15_000

/** The end of a body: it was sent whole, the client disconnected, the server stopped, or it failed. */
export type Ended =
  | { readonly how: 'done' | 'cancelled' | 'stopped' }
  | { readonly how: 'failed'; readonly error: unknown }

/** The reason for ending an endless stream at graceful shutdown. */
export const stopping: HttpError = new HttpError(503, 'The server is stopping', {
  code: 'PLINTH_SHUTTING_DOWN',
})

/** Ends a body that failed. The app has logged the reason, so the server need not log it again. */
class BrokenOff extends Error {}
export const brokenOff = (): Error =>
  stackless(() => new BrokenOff('A response broke off; the log says why'))
export const isBrokenOff = (error: unknown): boolean => error instanceof BrokenOff

/** The hooks of a streamed body. */
export interface StreamLife {
  /** Called once, and awaited before the body ends. */
  onEnd(ended: Ended): Promise<void>
  /** Called when the stream is stopped, before it ends. */
  onStop(): void
  /** The endless streams of the app. */
  readonly streams: OpenStreams
}

/**
 * Builds a body from text chunks with backpressure: a chunk is created when the client has taken the one before.
 *
 * A failure breaks the connection, so that clients do not take a part for the whole. Server-sent events, which have no
 * end, are ended at graceful shutdown; JSON lines are not, since their end means that they are complete.
 */
export function streamBody(
  chunks: Pick<AsyncGenerator<string>, 'next' | 'return'>,
  format: StreamFormat,
  life: StreamLife,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let ping: NodeJS.Timeout | undefined
  let ended: Promise<void> | undefined
  let isStopped = false
  let isCanceled = false
  const end = (how: Ended): Promise<void> => {
    clearInterval(ping)
    forget?.()
    return (ended ??= life.onEnd(how))
  }
  // A generator that waits learns of the end by its signal. Its cleanup runs at its next yield.
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
        // A proxy would close an idle connection.
        if (format === 'sse')
          ping = setInterval(
            () => controller.enqueue(encoder.encode(': ping\n\n')),
            pingEvery,
          ).unref()
      },
      async pull(controller) {
        try {
          const next = await chunks.next()
          // A stream that its reader canceled while it waited is closed already.
          if (isCanceled) return
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
        isCanceled = true
        giveUp()
        await end({ how: 'cancelled' })
      },
    },
    { highWaterMark: 0 },
  )
}

/** Checks for the error of an operation whose signal aborted. */
const isAbort = (error: unknown): boolean =>
  error === stopping || (error instanceof Error && error.name === 'AbortError')

/** Returns the same body, and calls `onEnd` when it was sent or canceled. */
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
