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
  let isStopped = false
  let forget: () => void
  return new ReadableStream(
    {
      start(controller) {
        forget = streams.add(() => {
          // First, so that a source that fails because it was told to stop does not break the response off.
          isStopped = true
          controller.close()
          onStop()
          void reader.cancel().catch(() => undefined)
        })
      },
      async pull(controller) {
        try {
          // not in a race with a promise of the end, which would keep every chunk until then
          const next = await reader.read()
          if (isStopped) return
          if (!next.done) return controller.enqueue(next.value)
          forget()
          controller.close()
        } catch (error) {
          if (isStopped) return
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
