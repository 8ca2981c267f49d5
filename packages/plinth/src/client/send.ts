import { asText, bodyOf, callName, urlOf, type ClientCall } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { ClientOptions } from './client.types.ts'
import { readResponse, unreachable } from './read-response.ts'
import { retryBackoff } from './retry-backoff.ts'

/** Where a client calls, and how. */
export interface ClientSetup {
  readonly url: string
  readonly options: ClientOptions
}

/** How one try went. */
interface Attempt {
  readonly data?: unknown
  readonly error?: ClientError
  readonly retryAfter: string | null
}

const passing = [0, 502, 503, 504]
/** Whether it may go better soon; who is asked to slow down tries again only where it is said when. */
const mayPass = ({ status }: ClientError, retryAfter: string | null): boolean =>
  passing.includes(status) || (status === 429 && retryAfter !== null)

/**
 * Makes a call: with a token, again with a newer one after a 401, and again after a passing failure if it only reads.
 *
 * @throws {ClientError} it did not give its result
 */
export async function send(setup: ClientSetup, call: ClientCall): Promise<unknown> {
  const { token: source, retries = 2 } = setup.options
  let left = call.method === 'get' ? retries : 0
  let failed = 0
  let token = typeof source === 'function' ? await source() : source
  let renewed = typeof source !== 'function'
  for (;;) {
    call.signal?.throwIfAborted()
    const { data, error, retryAfter } = await attempt(setup, call, token)
    if (error === undefined) return data
    if (error.status === 401 && !renewed && typeof source === 'function') {
      renewed = true
      const newer = await source(token)
      if (newer === undefined || newer === token) throw error
      token = newer
      continue
    }
    const delay = retryBackoff(++failed, retryAfter)
    if (left-- <= 0 || delay === undefined || !mayPass(error, retryAfter)) throw error
    await sleep(delay, call.signal)
  }
}

async function attempt(
  setup: ClientSetup,
  call: ClientCall,
  token: string | undefined,
): Promise<Attempt> {
  const { fetch = (request: Request) => globalThis.fetch(request), timeout = 30_000 } =
    setup.options
  const limit = new AbortController()
  const ms = call.timeout ?? timeout
  const timer = ms > 0 ? setTimeout(() => limit.abort(), ms) : undefined
  const request = requestOf(setup, call, { token, limit: limit.signal })
  let retryAfter: string | null = null
  try {
    const response = await fetch(request)
    retryAfter = response.headers.get('retry-after')
    return { data: await readResponse(call, response), retryAfter }
  } catch (cause) {
    call.signal?.throwIfAborted()
    if (cause instanceof ClientError) return { error: cause, retryAfter }
    const late = problem('CLIENT_TIMEOUT', `There was no answer within ${ms} ms`)
    const error = limit.signal.aborted
      ? new ClientError(callName(call), late, cause)
      : unreachable(call, cause)
    return { error, retryAfter }
  } finally {
    clearTimeout(timer)
  }
}

interface AttemptOptions {
  readonly token: string | undefined
  readonly limit: AbortSignal
}

function requestOf(
  { url, options }: ClientSetup,
  call: ClientCall,
  { token, limit }: AttemptOptions,
): Request {
  const { body, type } = bodyOf(call)
  const headers = new Headers(options.headers)
  for (const [name, value] of Object.entries(call.headers ?? {}))
    if (value !== undefined) headers.set(name, asText(value))
  if (type !== undefined) headers.set('content-type', type)
  if (token !== undefined) {
    // the platform's own message would hold the token
    if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('The token holds what no header can')
    headers.set('authorization', `Bearer ${token}`)
  }
  return new Request(urlOf(url, call), {
    method: call.method.toUpperCase(),
    headers,
    // not 'error', which Workers do not have
    redirect: 'manual',
    signal: call.signal ? AbortSignal.any([limit, call.signal]) : limit,
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
