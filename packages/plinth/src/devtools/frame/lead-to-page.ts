import type { IncomingMessage } from 'node:http'
import type { IncomingRequest } from '../../http/incoming-request.ts'
import type { OutgoingResponse } from '../../http/outgoing-response.ts'
import { pagePath } from './guard.ts'
import { pageHeaders } from './page-headers.ts'

/** Tests whether a browser opened `/` of a service that has no such route. Scripts and tests still get the 404. */
export function leadsToPage(
  { method, headers }: IncomingMessage,
  { target, route }: IncomingRequest,
  { status }: OutgoingResponse,
): boolean {
  return (
    target === '/' &&
    method === 'GET' &&
    status === 404 &&
    route === undefined &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  )
}

/** Leads a browser to the development page. The browser does not keep it: the app may get a route `/`. */
export const redirectToPage = (): Response =>
  new Response(null, {
    status: 302,
    headers: { ...pageHeaders, location: pagePath, 'cache-control': 'no-store' },
  })
