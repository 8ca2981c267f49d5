import { Agent, request, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from './open-loop.ts'

/** A kind of request, and the outcome that it must have. */
interface Kind {
  readonly name: string
  /** How many of a hundred requests are of this kind. */
  readonly share: number
  readonly path: (ids: readonly string[]) => string
  readonly method?: string
  readonly body?: () => string
  readonly isAnonymous?: boolean
  readonly status: number
  /** Bytes of the body after which the client leaves. Default: it reads everything. */
  readonly leavesAfter?: number
}

const anyOf = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? ''
const text = (): string => JSON.stringify({ text: `at ${Date.now()}` })
const note = (ids: readonly string[]): string => `/api/notes/${anyOf(ids)}`

const kinds: readonly Kind[] = [
  { name: 'read', share: 45, path: () => '/api/notes', status: 200 },
  { name: 'write', share: 25, path: note, method: 'PATCH', body: text, status: 200 },
  { name: 'refused: no token', share: 8, path: () => '/api/notes', isAnonymous: true, status: 401 },
  {
    name: 'refused: body',
    share: 8,
    path: note,
    method: 'PATCH',
    body: () => '{"text":1,"more":[]}',
    status: 422,
  },
  { name: 'aborted', share: 8, path: () => '/api/notes', status: 200, leavesAfter: 0 },
  { name: 'stream', share: 6, path: () => '/api/streams', status: 200, leavesAfter: 60 },
]

/** The outcomes of the requests of one kind since the last call. */
export interface KindCounts {
  readonly name: string
  readonly sent: number
  /** Outcomes other than the expected one, by status or code of the error. */
  readonly others: Readonly<Record<string, number>>
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Options of {@link mixedClients}. */
export interface MixedClientOptions {
  readonly url: string
  readonly token: string
  /** The ids of the notes. */
  readonly ids: readonly string[]
  readonly connections: number
  /** Milliseconds between two requests of a connection. */
  readonly pause: number
}

/** Clients that send a mix of requests until they are stopped. */
export interface MixedClients {
  /** The counts of each kind since the last call. */
  take(): KindCounts[]
  stop(): Promise<void>
}

/** Starts clients that read, write, are refused, leave in the middle, and follow streams. */
export function mixedClients(options: MixedClientOptions): MixedClients {
  const { connections, pause } = options
  const tally = new Map(kinds.map((kind) => [kind, newTally()]))
  const stopped = new AbortController()
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopped.signal.aborted) {
      const kind = anyKind()
      const started = performance.now()
      const outcome = await send(kind, { ...options, agent })
      const { times, others } = tally.get(kind)!
      times.push(performance.now() - started)
      if (outcome !== kind.status) others[outcome] = (others[outcome] ?? 0) + 1
      await sleep(pause)
    }
    agent.destroy()
  }
  const all = Promise.all(Array.from({ length: connections }, client))
  return {
    take: () =>
      kinds.map((kind) => {
        const { times, others } = tally.get(kind)!
        tally.set(kind, newTally())
        const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
        return { name: kind.name, sent: times.length, others, p50, p99 }
      }),
    stop: async () => {
      stopped.abort()
      await all
    },
  }
}

interface Tally {
  readonly times: number[]
  readonly others: Record<string, number>
}
const newTally = (): Tally => ({ times: [], others: {} })

function anyKind(): Kind {
  let at = Math.random() * kinds.reduce((sum, { share }) => sum + share, 0)
  return kinds.find(({ share }) => (at -= share) < 0) ?? kinds[0]!
}

interface Sending extends MixedClientOptions {
  readonly agent: Agent
}

/** Sends a request. Resolves with the status, or with the code of the error. */
function send(kind: Kind, { url, token, ids, agent }: Sending): Promise<number | string> {
  const { method = 'GET', body, isAnonymous = false, leavesAfter } = kind
  return new Promise((resolve) => {
    const headers = {
      ...(!isAnonymous && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
    const sent = request(url + kind.path(ids), { method, headers, agent }, (response) => {
      const status = response.statusCode ?? 0
      response.on('error', failed)
      if (leavesAfter === undefined || status !== kind.status)
        response.on('end', () => resolve(status)).resume()
      else leave(response, { after: leavesAfter, onLeft: () => resolve(status) })
    }).on('error', failed)
    sent.end(body?.())
  })
}

function leave(
  response: IncomingMessage,
  { after, onLeft }: { readonly after: number; readonly onLeft: () => void },
): void {
  let read = 0
  const look = (): void => {
    if (read < after) return
    response.destroy()
    onLeft()
  }
  response.on('data', (part: Buffer) => {
    read += part.length
    look()
  })
  look()
}
