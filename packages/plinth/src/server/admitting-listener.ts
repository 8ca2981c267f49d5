import type { IncomingMessage } from 'node:http'
import type { ServedInternals } from '../http/internals.ts'
import type { Admission, Verdict } from './admission.ts'
import type { Connections } from './connections.ts'
import type { OverloadResponder } from './overload-responder.ts'
import type { RequestListener } from './request-listener.ts'

/** The parts of a server that decide whether a request may start. */
export interface AdmissionParts {
  readonly admission: Admission
  readonly connections: Connections
  readonly overload: OverloadResponder
  /** The path with which requests arrive, and that of the metrics; `undefined` without an app of Plinth. */
  readonly paths: Partial<Pick<ServedInternals, 'basePath' | 'metricsPath'>> | undefined
}

/** Starts requests, or refuses them while the server is overloaded. Health checks and the metrics always start. */
export function admittingListener(
  handle: RequestListener,
  { admission, connections, overload, paths }: AdmissionParts,
): RequestListener {
  const present = unlessGone(handle)
  const begin: Readonly<Record<Verdict, RequestListener>> = {
    start: (incoming, outgoing) => connections.begin(outgoing, () => handle(incoming, outgoing)),
    'start-late': (incoming, outgoing) =>
      connections.begin(outgoing, () => afterNextTurn(() => present(incoming, outgoing))),
    hold: (incoming, outgoing) =>
      connections.begin(outgoing, () => admission.hold(() => present(incoming, outgoing))),
    refuse: (incoming, outgoing) => {
      const respond = (): void => overload.respond(incoming, outgoing)
      // Behind an earlier request of its connection the response has to wait, and so it counts.
      if (outgoing.socket === null) return connections.begin(outgoing, respond)
      connections.adopt(outgoing)
      respond()
    },
  }
  const { basePath = '', metricsPath } = paths ?? {}
  const metrics = metricsPath === undefined ? undefined : basePath + metricsPath
  const alwaysStarts = (incoming: IncomingMessage): boolean =>
    isHealthCheck(incoming, basePath) || (metrics !== undefined && isAt(incoming, metrics))
  return (incoming, outgoing) => {
    const verdict = admission.decide(connections.waiting)
    begin[verdict !== 'start' && alwaysStarts(incoming) ? 'start' : verdict](incoming, outgoing)
  }
}

const isHealthCheck = ({ url = '' }: IncomingMessage, basePath: string): boolean =>
  url.startsWith('/health/') || (basePath !== '' && url.startsWith(`${basePath}/health/`))

const isAt = ({ url = '' }: IncomingMessage, path: string): boolean =>
  url === path || url.startsWith(`${path}?`)

/** Runs after the next turn has read the sockets, and so has found the clients that have gone. */
const afterNextTurn = (run: () => void): void => void setImmediate(() => setImmediate(run))

/** Drops a request whose client has disconnected. */
export const unlessGone =
  (handle: RequestListener): RequestListener =>
  (incoming, outgoing) => {
    // The end of what the client sends comes a few turns before the connection is closed.
    if (!incoming.socket.readableEnded && !outgoing.destroyed) handle(incoming, outgoing)
  }
