import { HttpError } from '../../errors/http-error.ts'
import { redact } from '../../settings/redact.ts'
import { pageHeaders } from './page-headers.ts'
import type { DevCall, DevEndpoint } from './endpoint.types.ts'

/** An endpoint whose path is ready to be matched. */
interface CompiledEndpoint {
  readonly endpoint: DevEndpoint
  readonly pattern: RegExp
}

/** Finds the endpoint of a request, with the values of its path. */
export type FindEndpoint = (
  method: string,
  path: string,
) => { readonly endpoint: DevEndpoint; readonly params: Record<string, string> } | undefined

/** Prepares endpoints. The first one that matches responds. */
export function endpointTable(endpoints: readonly DevEndpoint[]): FindEndpoint {
  const compiled = endpoints.map(compile)
  return (method, path) => {
    for (const { endpoint, pattern } of compiled) {
      const found = endpoint.method === method ? pattern.exec(path) : null
      if (found !== null) return { endpoint, params: decodeAll(found.groups ?? {}) }
    }
    return undefined
  }
}

const compile = (endpoint: DevEndpoint): CompiledEndpoint => ({
  endpoint,
  pattern: new RegExp(`^${endpoint.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
})

const decodeAll = (groups: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]))

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new HttpError(400, 'The path is not valid percent-encoding')
  }
}

/** Calls an endpoint. An error is a response with `detail`, since the page's reader is the developer. */
export async function callEndpoint(endpoint: DevEndpoint, call: DevCall): Promise<Response> {
  try {
    return json((await endpoint.run(call)) ?? null)
  } catch (error) {
    const status = error instanceof HttpError ? error.status : 500
    const { message } = error instanceof Error ? error : new Error(String(error))
    return json({ status, detail: redact(message) }, status)
  }
}

/** A response with JSON. */
export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value, plainValue), {
    status,
    headers: { ...pageHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' },
  })

/** JSON has no bigint, which Postgres has. */
const plainValue = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
