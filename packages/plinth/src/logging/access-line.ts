/** What the log says of every request. */
export interface AccessFacts {
  readonly requestId: string
  readonly method: string
  /** The route's pattern, `null` where there is none. */
  readonly route: string | null
  readonly status: number
  /** Milliseconds. */
  readonly ms: number
}

const plain = /^[\w./:*-]*$/
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

let second = 0
let prefix = ''

/** '2026-11-23T06:46:28.582Z', of which all but the milliseconds is made once a second. */
function timeOf(now: number): string {
  const start = now - (now % 1000)
  if (start !== second) {
    second = start
    prefix = new Date(start).toISOString().slice(0, 20)
  }
  return `${prefix}${String(now - start).padStart(3, '0')}Z`
}

/**
 * A request's line of the log, as the logger would write it: made by hand, since there is one for every request and
 * nothing in it can hold a secret.
 */
export const accessLine = ({ requestId, method, route, status, ms }: AccessFacts): string =>
  `{"level":"info","time":"${timeOf(Date.now())}","requestId":${quoted(requestId)},"method":${quoted(method)},"route":${route === null ? 'null' : quoted(route)},"status":${status},"ms":${ms},"msg":"request"}\n`
