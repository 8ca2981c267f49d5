import { token } from './live/connect.ts'

/** An error response of the development page's server. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.name = 'ApiError'
    this.status = status
  }
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/_plinth/api${path}`, init)
  const body: unknown = await response.json()
  if (response.ok) return body as T
  const { detail } = body as { detail?: string }
  throw new ApiError(response.status, detail ?? `Status ${response.status}`)
}

/** Reads an endpoint. The type is the one that the endpoint returns. */
export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  call<T>(path, { ...(signal && { signal }) })

/** Calls an endpoint that changes something, or that reveals a secret. */
export const send = <T>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> =>
  call<T>(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-plinth-token': token.value },
    body: body === undefined ? '' : JSON.stringify(body),
  })
