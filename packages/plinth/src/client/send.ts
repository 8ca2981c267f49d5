import { asText, bodyOf, callName, urlOf, type ClientCall, toList } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { ClientOptions } from './client.types.ts'
import { setCredentials, withKey } from './credentials.ts'
import { readResponse, unreachable } from './read-response.ts'
import { requestTimeout } from './request-timeout.ts'
import { retryBackoff } from './retry-backoff.ts'

/** The base URL of a client, and its options. */
export interface ClientSetup {
  readonly url: string
  readonly options: ClientOptions
}

/** The outcome of one attempt. */
interface Attempt {
  readonly data?: unknown
  readonly error?: ClientError
  readonly retryAfter: string | null
}

const transientStatuses = [0, 502, 503, 504]

/** True for a failure that may be transient. A 429 is retried only if the server says when. */
const isTransient = ({ status }: ClientError, retryAfter: string | null): boolean =>
  transientStatuses.includes(status) || (status === 429 && retryAfter !== null)

/**
 * Makes a call.
 * After a 401 it retries once with a new token; after a transient failure it retries with backoff if the call only
 * reads.
 *
 * @throws {ClientError} the call failed
 */
export async function send(setup: ClientSetup, call: ClientCall): Promise<unknown> {
  const { token: source, retries = 2 } = setup.options
  let retriesLeft = call.method === 'get' ? retries : 0
  let failures = 0
  let token = typeof source === 'function' ? await source() : source
  let renewed = typeof source !== 'function'
  for (;;) {
    call.signal?.throwIfAborted()
    const { data, error, retryAfter } = await attempt(setup, call, token)
    if (error === undefined) return data
    if (error.status === 401 && !renewed && typeof source === 'function') {
      renewed = true
      const newToken = await source(token)
      if (newToken === undefined || newToken === token) throw error
      token = newToken
      continue
    }
    const delay = retryBackoff(++failures, retryAfter)
    if (retriesLeft-- <= 0 || delay === undefined || !isTransient(error, retryAfter)) throw error
    await sleep(delay, call.signal)
  }
}

async function attempt(
  setup: ClientSetup,
  call: ClientCall,
  token: string | undefined,
): Promise<Attempt> {
  const { fetch = (request: Request) => globalThis.fetch(request) } = setup.options
  const ms = call.timeout ?? setup.options.timeout ?? 30_000
  const timeout = requestTimeout(ms)
  const request = requestOf(setup, call, { token, timeout: timeout.signal })
  let retryAfter: string | null = null
  try {
    const response = await fetch(request)
    retryAfter = response.headers.get('retry-after')
    return { data: await readResponse(call, response), retryAfter }
  } catch (cause) {
    call.signal?.throwIfAborted()
    if (cause instanceof ClientError) return { error: cause, retryAfter }
    const timedOut = problem('CLIENT_TIMEOUT', `No response within ${ms} ms`)
    const error = timeout.signal.aborted
      ? new ClientError(callName(call), timedOut, { cause })
      : unreachable(call, cause)
    return { error, retryAfter }
  } finally {
    timeout.clear()
  }
}

interface AttemptOptions {
  readonly token: string | undefined
  readonly timeout: AbortSignal
}

function requestOf(
  { url, options }: ClientSetup,
  call: ClientCall,
  { token, timeout }: AttemptOptions,
): Request {
  const { body, type } = bodyOf(call)
  const headers = new Headers(options.headers)
  for (const [name, value] of Object.entries(call.headers ?? {}))
    if (value !== undefined) headers.set(name, toList(value).map(asText).join(', '))
  if (type !== undefined) headers.set('content-type', type)
  setCredentials(headers, options, token)
  return new Request(withKey(urlOf(url, call), options), {
    method: call.method.toUpperCase(),
    headers,
    // not 'error', which Cloudflare Workers do not support
    redirect: 'manual',
    signal: call.signal ? AbortSignal.any([timeout, call.signal]) : timeout,
    ...(body !== undefined && { body }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
  })
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
