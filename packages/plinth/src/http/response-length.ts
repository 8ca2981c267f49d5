import { brokenOff } from './stream-body.ts'

/** A body as a stream of bytes. */
export type BodyStream = ReadableStream<Uint8Array<ArrayBuffer>>

/**
 * Returns the declared length of a handler's own `Response` in bytes.
 *
 * @returns `undefined` if it declares none, or if the length may be that of the compressed body: `fetch` decompresses,
 * and leaves the headers, which a handler may have copied
 */
export function declaredLength(own: Response): number | undefined {
  const length = own.headers.get('content-length')
  if (length === null || !/^\d{1,15}$/.test(length)) return undefined
  return own.headers.has('content-encoding') && !exact.has(own) ? undefined : Number(length)
}

const exact = new WeakSet<Response>()

/** Marks a response whose declared length is that of its body, although the body is encoded: a compressed file. */
export function withExactLength(response: Response): Response {
  exact.add(response)
  return response
}

/** Checks whether `fetch` has decompressed a body but kept its `content-encoding`. Only fetched responses have a URL. */
export const isUnpacked = (own: Response): boolean =>
  own.url !== '' && own.headers.has('content-encoding')

/** An error for a body that is not as long as its `content-length`: the next response would begin in the wrong place. */
class LengthMisfit extends Error {
  override readonly name = 'LengthMisfit'
  constructor(length: number) {
    super(
      `A Response declares a content-length of ${length} bytes, and its body has another length: remove the header`,
    )
  }
}

/** Returns the same body, which fails if it does not have the declared length. */
export function measuredBody(
  body: BodyStream,
  length: number,
  onMisfit: (error: Error) => void,
): BodyStream {
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
