import { HttpError } from '../errors/http-error.ts'
import type { HeaderReader } from '../http/incoming-request.ts'
import { lacks, upgradeRequired } from '../routing/sockets/not-upgraded.ts'

/** The subprotocol that Plinth's sockets speak. */
export const subprotocol = 'plinth'

/** Authentication schemes whose credential a browser sends as a second subprotocol: it can set no headers. */
const schemes: Readonly<Record<string, string>> = {
  bearer: 'Bearer',
  token: 'Token',
  basic: 'Basic',
}
const key = /^[+/0-9A-Za-z]{22}==$/
const protocolName = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Finds what is wrong with a handshake, before anything of the app runs.
 *
 * @returns the error to respond with; `undefined` if the request can be upgraded
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
 */
export function checkHandshake(headers: HeaderReader): HttpError | undefined {
  const connection = headers.get('connection') ?? ''
  if (!/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(connection)) return lacks('Connection: Upgrade')
  if (headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0')
    return new HttpError(400, 'A handshake has no body')
  if (!key.test(headers.get('sec-websocket-key') ?? ''))
    return new HttpError(400, 'The header Sec-WebSocket-Key must be 16 bytes in base64')
  if (headers.get('sec-websocket-version') !== '13')
    return upgradeRequired('The only supported version of WebSocket is 13', {
      'sec-websocket-version': '13',
    })
  const offered = protocolsOf(headers)
  if (!offered.every((name) => protocolName.test(name)) || new Set(offered).size < offered.length)
    return new HttpError(400, 'The header Sec-WebSocket-Protocol is not a list of different names')
  if (offered.length > 0 && !offered.includes(subprotocol))
    return new HttpError(
      400,
      `Offer the subprotocol ${subprotocol}: new WebSocket(url, ['${subprotocol}'])`,
    )
  if (credentialsIn(offered).length + (headers.has('authorization') ? 1 : 0) > 1)
    return new HttpError(
      400,
      'Send one credential: in the header Authorization, or as a subprotocol',
    )
  return undefined
}

/** `true` if the client offers Plinth's subprotocol, which the response then selects. */
export const offersSubprotocol = (headers: HeaderReader): boolean =>
  protocolsOf(headers).includes(subprotocol)

/**
 * Reads a credential that was sent as a subprotocol, such as `bearer.eyJ…`, as the value of `Authorization`.
 *
 * Characters that the name of a protocol cannot have are percent-encoded.
 */
export function authorizationOf(headers: HeaderReader): string | undefined {
  const [found] = credentialsIn(protocolsOf(headers))
  if (found === undefined) return undefined
  const [scheme, credential] = found
  try {
    return `${scheme} ${decodeURIComponent(credential)}`
  } catch {
    return `${scheme} ${credential}`
  }
}

const protocolsOf = (headers: HeaderReader): string[] => {
  const sent = headers.get('sec-websocket-protocol')
  return sent === null ? [] : sent.split(',').map((name) => name.trim())
}

const credentialsIn = (offered: readonly string[]): [scheme: string, credential: string][] =>
  offered.flatMap((name) => {
    const dot = name.indexOf('.')
    const scheme = dot === -1 ? undefined : schemes[name.slice(0, dot)]
    return scheme === undefined ? [] : [[scheme, name.slice(dot + 1)]]
  })

/** The headers of a handshake as the app sees them: with its credential in `Authorization`, and nowhere else. */
export const headersWithCredential = (
  pairs: readonly [name: string, value: string][],
  authorization: string,
): [name: string, value: string][] => [
  ...pairs.map(([name, value]): [string, string] => [
    name,
    name.toLowerCase() === 'sec-websocket-protocol' ? subprotocol : value,
  ]),
  ['authorization', authorization],
]
