import type { OpenStreams } from '../open-streams.ts'
import type { BodyStream } from '../response-length.ts'

/**
 * Returns the same body, which ends when the server stops: for streams that would go on forever.
 *
 * @param onStop - called before it ends
 */
export function stoppableBody(
  body: BodyStream,
  streams: OpenStreams,
  onStop: () => void,
): BodyStream {
  const reader = body.getReader()
  const stopped = Promise.withResolvers<{ done: true; value?: undefined }>()
  const forget = streams.add(() => {
    // First, so that a source that fails because it was told to stop does not break the response off.
    stopped.resolve({ done: true })
    onStop()
    void reader.cancel().catch(() => undefined)
  })
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const next = await Promise.race([reader.read(), stopped.promise])
          if (!next.done) return controller.enqueue(next.value)
          forget()
          controller.close()
        } catch (error) {
          forget()
          controller.error(error)
        }
      },
      cancel(reason) {
        forget()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
