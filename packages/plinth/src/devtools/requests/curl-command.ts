import type { ShownRequest } from './shown-request.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Writes a request as a command of curl, for a POSIX shell. */
export function curlCommand({ method, target, headers, body }: ShownRequest, base: string): string {
  const isDefault = method === (body === undefined ? 'GET' : 'POST')
  const parts = [
    `curl ${isDefault ? '' : method === 'HEAD' ? '--head ' : `-X ${method} `}${quoted(base + target)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(body)}`]),
  ]
  return parts.join(' \\\n  ')
}
