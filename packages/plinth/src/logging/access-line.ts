import { finishLine } from './line-limit.ts'

/** The facts of one access log line. */
export interface AccessFacts {
  readonly requestId: string
  readonly method: string
  /** The route's path pattern; `null` if no route matches. */
  readonly route: string | null
  /** The caller's `id`, if a credential led to one. */
  readonly caller?: string | undefined
  /** The IP address of the client, behind proxies that the server trusts. */
  readonly client?: string | undefined
  readonly status: number
  /** Milliseconds. */
  readonly ms: number
  /** The ids of the request's span, if it has one. */
  readonly trace?: Readonly<Record<string, string>> | undefined
  /** The facts of a socket, whose line is written when it has ended. */
  readonly socket?: SocketFacts | undefined
}

/** A value of a field of the access log; `undefined` leaves the field out. */
export type AccessValue = string | number | null | undefined

/** The facts of a line with fields that the app has chosen, in their order. */
export interface ChosenFacts {
  readonly entries: readonly (readonly [name: string, value: AccessValue])[]
  /** `true` if no client has written any of the values, so that none can hold a secret or be long. */
  readonly isOwn: boolean
  /** The ids of the request's span, if it has one. */
  readonly trace?: Readonly<Record<string, string>> | undefined
  readonly socket?: SocketFacts | undefined
}

/** The end of a socket, and the messages that it took and sent. */
export interface SocketFacts {
  readonly close: number
  readonly received: number
  readonly sent: number
}
const socketPart = ({ close, received, sent }: SocketFacts): string =>
  `"close":${close},"received":${received},"sent":${sent},`

const tracePart = (trace: Readonly<Record<string, string>>): string =>
  `${JSON.stringify(trace).slice(1, -1)},`

const plain = /^[\w./:*-]*$/
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

/** Formats times such as '2026-11-23T06:46:28.582Z', all but the milliseconds once a second. */
class TimeFormat {
  #second = 0
  #prefix = ''

  format(now: number): string {
    const start = now - (now % 1000)
    if (start !== this.#second) {
      this.#second = start
      this.#prefix = new Date(start).toISOString().slice(0, 20)
    }
    return `${this.#prefix}${String(now - start).padStart(3, '0')}Z`
  }
}

// One for the process: the time is the same for every logger.
const time = new TimeFormat()

/** Formats a line with the fields that the app has chosen. */
export function chosenLine({ entries, isOwn, trace, socket }: ChosenFacts): string {
  let fields = ''
  for (const [name, value] of entries)
    if (value !== undefined)
      fields += `"${name}":${typeof value === 'string' ? quoted(value) : value},`
  const line = `{"level":"info","time":"${time.format(Date.now())}",${fields}${trace === undefined ? '' : tracePart(trace)}${socket === undefined ? '' : socketPart(socket)}"msg":"request"}\n`
  return isOwn ? line : finishLine(line)
}

/**
 * Formats an access log line the way the logger would.
 *
 * It is concatenated by hand, since every request has one and no part of it can hold a secret.
 */
export const accessLine = (facts: AccessFacts): string => {
  const { requestId, method, route, caller, client, status, ms, socket, trace } = facts
  return `{"level":"info","time":"${time.format(Date.now())}","requestId":${quoted(requestId)},"method":${quoted(method)},"route":${route === null ? 'null' : quoted(route)},"status":${status},"ms":${ms},${caller === undefined ? '' : `"caller":${quoted(caller)},`}${client === undefined ? '' : `"client":${quoted(client)},`}${trace === undefined ? '' : tracePart(trace)}${socket === undefined ? '' : socketPart(socket)}"msg":"request"}\n`
}
