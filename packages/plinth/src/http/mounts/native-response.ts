/**
 * Returns a platform `Response` for one whose class comes from a package, such as GraphQL Yoga's.
 *
 * Such a response has header names in any case, and a body that the platform does not accept.
 */
export function nativeResponse(response: Response): Response {
  if (response instanceof Response) return response
  // TypeScript takes the test above for the only class there is.
  const { body, status, statusText, headers } = response as Response
  const native = body === null ? null : nativeStream(body)
  return new Response(native, { status, statusText, headers: [...headers] })
}

function nativeStream(body: ReadableStream<Uint8Array<ArrayBuffer>>): typeof body {
  const reader = body.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
