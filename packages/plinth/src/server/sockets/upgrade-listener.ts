import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError } from '../../errors/http-error.ts'
import type { Respond } from '../../http/internals.ts'
import type { OutgoingResponse } from '../../http/outgoing-response.ts'
import { checkHandshake } from '../../sockets/handshake-checks.ts'
import type { Admission } from '../admission.ts'
import type { Connections } from '../connections.ts'
import type { ErrorResponder } from '../error-responder.ts'
import type { EventLoopWatch } from '../event-loop-watch.ts'
import { isHandshake } from './is-handshake.ts'
import { NodeHeaders } from '../node-headers.ts'
import type { OverloadResponder } from '../overload-responder.ts'
import { checkRequest } from '../request-checks.ts'
import type { TrustedProxies } from '../trusted-proxies.ts'
import { UpgradeRequest } from './upgrade-request.ts'
import { writeRaw } from './write-raw.ts'
import type { WsConnections } from './ws-connections.ts'

/** The parts of a server that the handshakes of sockets use. */
export interface UpgradeParts {
  readonly respond: Respond
  readonly connections: Connections
  readonly admission: Admission
  readonly errors: ErrorResponder
  readonly overload: OverloadResponder
  readonly watch: EventLoopWatch
  readonly proxies: TrustedProxies | undefined
  readonly maxUrl: number
  /** Resolves when the app has started. */
  readonly started: Promise<void>
  readonly ws: WsConnections
  /** Creates the response to an error that the app did not handle. */
  readonly onError: (error: unknown) => OutgoingResponse
}

/** Handles an upgrade that Node has parsed. */
export type UpgradeListener = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Adapts an app's sockets to the upgrades of `node:http`.
 *
 * The handshake passes the same checks, admission control and middleware as a request.
 */
export function upgradeListener(parts: UpgradeParts): UpgradeListener {
  const { admission, connections, overload } = parts
  let pending = 0
  const start = (asked: Asked): void => {
    pending++
    void handshake(asked, parts).finally(() => pending--)
  }
  return (incoming, socket, head) => {
    // Nothing else listens until the upgrade, and an error that nothing hears ends the process.
    socket.on('error', destroy)
    const asked = { incoming, socket, head }
    // The response to an earlier request would end up among the frames of the socket.
    const before = connections.lastOn(socket)
    const error = before === undefined ? refusalOf(incoming, parts) : tooEarly()
    if (error !== undefined) return parts.errors.respondRaw(socket, error, before)
    const verdict = admission.decide(connections.waiting + pending)
    if (verdict === 'refuse') overload.respondRaw(incoming, socket)
    else if (verdict === 'hold') admission.hold(() => start(asked))
    else start(asked)
  }
}

interface Asked {
  readonly incoming: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

function destroy(this: Duplex): void {
  this.destroy()
}

/** The refusal of a handshake by its head alone. */
function refusalOf(incoming: IncomingMessage, { maxUrl }: UpgradeParts): HttpError | undefined {
  if (!isHandshake(incoming)) return new HttpError(400, 'This is not a WebSocket handshake')
  if (incoming.httpVersionMajor === 1 && incoming.httpVersionMinor === 0)
    return new HttpError(400, 'A WebSocket handshake needs HTTP/1.1, and this is HTTP/1.0')
  return checkRequest(incoming, maxUrl) ?? checkHandshake(new NodeHeaders(incoming))
}

const tooEarly = (): HttpError =>
  new HttpError(400, 'Send a handshake after the responses to earlier requests')

async function handshake({ incoming, socket, head }: Asked, parts: UpgradeParts): Promise<void> {
  const { started, watch, respond, proxies, ws } = parts
  await started
  if (socket.destroyed || socket.readableEnded) return void socket.destroy()
  const request = new UpgradeRequest(incoming, socket, proxies)
  watch.enter()
  let response: OutgoingResponse
  try {
    const pending = respond(request)
    watch.leave(request.route)
    response = await pending
  } catch (error) {
    response = parts.onError(error)
  }
  const { accepted } = request.upgrade
  if (accepted === undefined) return await writeRaw(socket, response)
  if (response.status !== switched) {
    accepted.refuse(response.status)
    return await writeRaw(socket, response)
  }
  request.pack()
  socket.off('error', destroy)
  const { headers } = response as Response
  if (!ws.open(accepted, { incoming, socket, head, headers })) accepted.refuse(gone)
}

/** The status of a response that switches protocols. */
const switched = 101
/** The status in the access log of a handshake whose client has gone. */
const gone = 499
