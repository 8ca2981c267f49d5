import type { HeaderReader } from '../dependencies/arrival.ts'

const sane = /^[\w.-]{1,64}$/

/** The caller's `X-Request-Id`, if it is one that can stand in a header and a log; else a new one. */
export function requestIdOf(headers: HeaderReader): string {
  const sent = headers.get('x-request-id')
  return sent !== null && sane.test(sent) ? sent : crypto.randomUUID()
}
