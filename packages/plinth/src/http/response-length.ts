import { brokenOff } from './stream-body.ts'

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

/**
 * The length that a handler's own Response says it has, in bytes; `undefined` where it says none, or one that may be
 * of the packed body: `fetch` unpacks, and leaves the headers.
 */
export function declaredLength(own: Response): number | undefined {
  const length = own.headers.get('content-length')
  if (length === null || !/^\d{1,15}$/.test(length)) return undefined
  return own.headers.has('content-encoding') ? undefined : Number(length)
}

/** Whether its body is not what its `content-encoding` says. Only what was fetched has a URL. */
export const isUnpacked = (own: Response): boolean =>
  own.url !== '' && own.headers.has('content-encoding')

/** A body that is not as long as its head says: one byte more, and the next answer would begin with it. */
class LengthMisfit extends Error {
  override readonly name = 'LengthMisfit'
  constructor(length: number) {
    super(
      `A Response says that it has ${length} bytes, and its body has more or less: leave its content-length out`,
    )
  }
}

/** The same body, which breaks off where it is not as long as was said. */
export function measuredBody(body: Body, length: number, onMisfit: (error: Error) => void): Body {
  const reader = body.getReader()
  let left = length
  const misfit = (): Error => {
    onMisfit(new LengthMisfit(length))
    return brokenOff()
  }
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done && left === 0) return controller.close()
        if (done) return controller.error(misfit())
        left -= value.byteLength
        if (left >= 0) return controller.enqueue(value)
        void reader.cancel().catch(() => undefined)
        controller.error(misfit())
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
