import { asText, bodyOf, callName, urlOf, type ClientCall, toList } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { ClientSetup } from './client-setup.ts'
import { setCredentials, withKey } from './credentials.ts'
import { readResponse, unreachable } from './read-response.ts'
import { requestTimeout } from './request-timeout.ts'
import { retryBackoff } from './retry-backoff.ts'
import { setTrace } from './set-trace.ts'

/** A successful response. */
interface Received {
  readonly status: number
  readonly data: unknown
  readonly headers: Headers
}

/** The outcome of one attempt. */
type Attempt =
  | { readonly received: Received; readonly error?: undefined }
  | { readonly error: ClientError; readonly retryAfter: string | null }

const transientStatuses = [0, 502, 503, 504]

/** True for a failure that may be transient. A 429 is retried only if the server says when. */
const isTransient = (
  { status, problem: { code } }: ClientError,
  retryAfter: string | null,
): boolean =>
  transientStatuses.includes(status) ||
  (status === 429 && retryAfter !== null) ||
  // The attempt before this one reached the server, and is still running.
  code === 'PLINTH_IDEMPOTENCY_IN_FLIGHT'

/**
 * Makes a call.
 * After a 401 it retries once with a new token; after a transient failure it retries with backoff if the call only
 * reads, or has an idempotency key.
 *
 * @throws {ClientError} the call failed
 */
export async function send(setup: ClientSetup, asked: ClientCall): Promise<Received> {
  const call = withIdempotencyKey(asked)
  const { token: source, retries = 2 } = setup.options
  let retriesLeft = call.method === 'get' || call.idempotencyKey !== undefined ? retries : 0
  let failures = 0
  let token = typeof source === 'function' ? await source() : source
  let renewed = typeof source !== 'function'
  for (;;) {
    call.signal?.throwIfAborted()
    const outcome = await attempt(setup, call, token)
    if (outcome.error === undefined) return outcome.received
    const { error, retryAfter } = outcome
    if (call.cursor !== undefined) call.cursor.retryAfter = retryAfter
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

/** Sends the key of a call, the same one with each attempt. */
function withIdempotencyKey(call: ClientCall): ClientCall {
  const { idempotencyKey: given } = call
  if (given === undefined) return call
  const idempotencyKey = given === true ? crypto.randomUUID() : given
  const header = `"${idempotencyKey.replaceAll(/["\\]/g, '\\$&')}"`
  return { ...call, idempotencyKey, headers: { ...call.headers, 'idempotency-key': header } }
}

async function attempt(
  setup: ClientSetup,
  call: ClientCall,
  token: string | undefined,
): Promise<Attempt> {
  const { fetch = (request: Request) => globalThis.fetch(request) } = setup.options
  const { headers: given } = setup.options
  const defaults = typeof given === 'function' ? await given() : given
  const ms = call.timeout ?? setup.options.timeout ?? 30_000
  const timeout = requestTimeout(ms)
  const request = requestOf(setup, call, { token, timeout: timeout.signal, defaults })
  let retryAfter: string | null = null
  try {
    const response = await fetch(request)
    const { status, headers } = response
    retryAfter = headers.get('retry-after')
    return { received: { status, data: await readResponse(call, response), headers } }
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
  /** The headers of every call. */
  readonly defaults: Readonly<Record<string, string>> | undefined
}

function requestOf(
  { url, options }: ClientSetup,
  call: ClientCall,
  { token, timeout, defaults }: AttemptOptions,
): Request {
  const { body, type } = bodyOf(call)
  const headers = new Headers(defaults)
  for (const [name, value] of Object.entries(call.headers ?? {}))
    if (value !== undefined) headers.set(name, toList(value).map(asText).join(', '))
  if (type !== undefined) headers.set('content-type', type)
  setCredentials(headers, options, token)
  const target = withKey(urlOf(url, call), options)
  setTrace(headers, target)
  return new Request(target, {
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
