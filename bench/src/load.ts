import { Client, type Dispatcher } from 'undici'
import type { JobRequest } from './jobs.ts'
import { percentile } from './statistics.ts'

/** The load on a server: a closed loop with one request at a time per connection. */
export interface LoadOptions {
  readonly origin: string
  readonly connections: number
  readonly milliseconds: number
  /** The maximum number of requests. */
  readonly limit: number
  readonly next: () => JobRequest
  /** The status that each response must have. */
  readonly status: number
}

/** The result of a load. */
export interface LoadResult {
  readonly requests: number
  readonly milliseconds: number
  /** Milliseconds from the request to the last byte of the response. */
  readonly p50: number
  readonly p99: number
}

/**
 * Loads a server on this machine until the time or the number of requests is reached.
 *
 * No request is in flight when it returns: the CPU time until then belongs to these requests.
 *
 * @throws {Error} a response had another status, or did not arrive
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const clients = Array.from(
    { length: options.connections },
    () => new Client(options.origin, { pipelining: 1, keepAliveTimeout: 60_000 }),
  )
  const latencies: number[] = []
  const startedAt = performance.now()
  const end = startedAt + options.milliseconds
  let left = options.limit
  const loop = async (client: Client): Promise<void> => {
    while (left > 0 && performance.now() < end) {
      left -= 1
      const sentAt = performance.now()
      await ask(client, options)
      latencies.push(performance.now() - sentAt)
    }
  }
  try {
    await Promise.all(clients.map(loop))
  } finally {
    await Promise.all(clients.map((client) => client.destroy()))
  }
  const milliseconds = performance.now() - startedAt
  latencies.sort((a, b) => a - b)
  return {
    requests: latencies.length,
    milliseconds,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  }
}

function ask(client: Client, { next, status }: LoadOptions): Promise<void> {
  const { method, path, authorization, body } = next()
  const headers =
    body === undefined ? { authorization } : { authorization, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    let received = 0
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        received = statusCode
      },
      onResponseData() {},
      onResponseEnd() {
        if (received === status) resolve()
        else reject(new Error(`${method} ${path} had the status ${received}, not ${status}`))
      },
      onResponseError(_controller, error) {
        reject(new Error(`${method} ${path} got no response: ${error.message}`, { cause: error }))
      },
    }
    client.dispatch({ method, path, headers, body: body ?? null }, handler)
  })
}
