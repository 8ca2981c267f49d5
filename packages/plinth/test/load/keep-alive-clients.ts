import { Agent, request, type ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** The outcomes of the requests of {@link startClients}. */
export interface Outcomes {
  /** Responses with status 200. */
  answered: number
  /** Responses with another status, by status. */
  readonly statuses: Record<number, number>
  /** Errors, by code: `ECONNRESET`, `ECONNREFUSED`, or `NEVER` for no outcome at all. */
  readonly errors: Record<string, number>
  /** Requests whose outcome took more than a second. */
  late: number
  /** Milliseconds until the slowest outcome. */
  longest: number
}

/** Options of {@link startClients}. */
export interface ClientOptions {
  readonly connections: number
  readonly path: string
  /** Milliseconds between two requests of a connection. Default 0. */
  readonly pause?: number
}

/** Clients that send requests until they are stopped. */
export interface Clients {
  readonly outcomes: Outcomes
  /** Lets running requests finish. */
  stop(): Promise<Outcomes>
}

/** Milliseconds until a request without a response counts as lost. */
const never = 30_000

/** Starts clients with a keep-alive connection each. After an error they pause, and connect again. */
export function startClients(url: string, options: ClientOptions): Clients {
  const outcomes: Outcomes = { answered: 0, statuses: {}, errors: {}, late: 0, longest: 0 }
  const stopped = new AbortController()
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopped.signal.aborted) {
      const started = performance.now()
      const outcome = await ask(url + options.path, agent)
      const took = performance.now() - started
      outcomes.longest = Math.max(outcomes.longest, took)
      if (took > 1000) outcomes.late += 1
      if (outcome === 200) outcomes.answered += 1
      else if (typeof outcome === 'number') count(outcomes.statuses, outcome)
      else count(outcomes.errors, outcome)
      if (outcome !== 200) await sleep(10)
      if (options.pause !== undefined) await sleep(options.pause)
    }
    agent.destroy()
  }
  const all = Promise.all(Array.from({ length: options.connections }, client))
  return {
    outcomes,
    stop: async () => {
      stopped.abort()
      await all
      return outcomes
    },
  }
}

const count = <TKey extends number | string>(counts: Record<TKey, number>, key: TKey): void => {
  counts[key] = (counts[key] ?? 0) + 1
}

/** Sends one request; resolves with its status, or with the code of its error. */
function ask(url: string, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve('NEVER')
      sent.destroy()
    }, never)
    const end = (outcome: number | string): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    const failed = (error: NodeJS.ErrnoException): void => end(error.code ?? error.message)
    const sent: ClientRequest = request(url, { agent }, (response) => {
      response.on('error', failed).on('end', () => end(response.statusCode ?? 0))
      response.resume()
    }).on('error', failed)
    sent.end()
  })
}
