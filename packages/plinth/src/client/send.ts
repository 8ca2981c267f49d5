import { asText, bodyOf, nameOf, urlOf, type Asked } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { ClientOptions } from './client.types.ts'
import { readAnswer, unreachable } from './read-response.ts'
import { retryDelay } from './retry-backoff.ts'

/** Where a client calls, and how. */
export interface Setup {
  readonly url: string
  readonly options: ClientOptions
}

/** How one try went. */
interface Tried {
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
export async function send(setup: Setup, asked: Asked): Promise<unknown> {
  const { token: source, retries = 2 } = setup.options
  let left = asked.method === 'get' ? retries : 0
  let failed = 0
  let token = typeof source === 'function' ? await source() : source
  let renewed = typeof source !== 'function'
  for (;;) {
    asked.signal?.throwIfAborted()
    const { data, error, retryAfter } = await attempt(setup, asked, token)
    if (error === undefined) return data
    if (error.status === 401 && !renewed && typeof source === 'function') {
      renewed = true
      const newer = await source(token)
      if (newer === undefined || newer === token) throw error
      token = newer
      continue
    }
    const delay = retryDelay(++failed, retryAfter)
    if (left-- <= 0 || delay === undefined || !mayPass(error, retryAfter)) throw error
    await sleep(delay, asked.signal)
  }
}

async function attempt(setup: Setup, asked: Asked, token: string | undefined): Promise<Tried> {
  const { fetch = (request: Request) => globalThis.fetch(request), timeout = 30_000 } =
    setup.options
  const limit = new AbortController()
  const ms = asked.timeout ?? timeout
  const timer = ms > 0 ? setTimeout(() => limit.abort(), ms) : undefined
  const request = requestOf(setup, asked, { token, limit: limit.signal })
  let retryAfter: string | null = null
  try {
    const response = await fetch(request)
    retryAfter = response.headers.get('retry-after')
    return { data: await readAnswer(asked, response), retryAfter }
  } catch (cause) {
    asked.signal?.throwIfAborted()
    if (cause instanceof ClientError) return { error: cause, retryAfter }
    const late = problem('CLIENT_TIMEOUT', `There was no answer within ${ms} ms`)
    const error = limit.signal.aborted
      ? new ClientError(nameOf(asked), late, cause)
      : unreachable(asked, cause)
    return { error, retryAfter }
  } finally {
    clearTimeout(timer)
  }
}

interface Sent {
  readonly token: string | undefined
  readonly limit: AbortSignal
}

function requestOf({ url, options }: Setup, asked: Asked, { token, limit }: Sent): Request {
  const { body, type } = bodyOf(asked)
  const headers = new Headers(options.headers)
  for (const [name, value] of Object.entries(asked.headers ?? {}))
    if (value !== undefined) headers.set(name, asText(value))
  if (type !== undefined) headers.set('content-type', type)
  if (token !== undefined) {
    // the platform's own message would hold the token
    if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('The token holds what no header can')
    headers.set('authorization', `Bearer ${token}`)
  }
  return new Request(urlOf(url, asked), {
    method: asked.method.toUpperCase(),
    headers,
    // not 'error', which Workers do not have
    redirect: 'manual',
    signal: asked.signal ? AbortSignal.any([limit, asked.signal]) : limit,
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
