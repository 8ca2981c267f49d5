import type { IncomingRequest } from '../incoming-request.ts'

/** Headers in which proxies, and clients that pretend to be one, tell the address of the client and the public URL. */
const isForwarded = (name: string): boolean =>
  name === 'forwarded' || name === 'x-real-ip' || name.startsWith('x-forwarded-')

/**
 * Returns the headers of a request for a mounted handler, which cannot know the proxies that `serve()` trusts.
 *
 * `X-Forwarded-For`, `-Proto` and `-Host` have the client's address and the origin of the URL, and the other headers of
 * their kind are left out. So a handler that reads them, such as Better Auth's rate limit, cannot be misled.
 *
 * @returns `undefined` if the request has no connection: then only the caller of `app.fetch` knows what is true
 */
export function forwardedHeaders(
  request: Request,
  { address }: Pick<IncomingRequest, 'address'>,
): Headers | undefined {
  if (address === undefined) return undefined
  const headers = new Headers([...request.headers].filter(([name]) => !isForwarded(name)))
  const { protocol, host } = new URL(request.url)
  headers.set('x-forwarded-for', address)
  headers.set('x-forwarded-proto', protocol.slice(0, -1))
  headers.set('x-forwarded-host', host)
  return headers
}
