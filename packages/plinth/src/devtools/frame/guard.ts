import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The path of the development page. Everything of it is below. */
export const pagePath = '/_plinth'

/** The header that every write of the page carries. A custom header needs a preflight, which is never granted. */
export const tokenHeader = 'x-plinth-token'

/** Creates the secret that only the page knows, once per process. */
export const createPageToken = (): string => randomBytes(24).toString('base64url')

const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const hostForm = /^(\[[\da-f:]+\]|[^:]+)(?::(\d{1,5}))?$/i

/**
 * Returns the reason to refuse a request to the development page, or `undefined` to allow it.
 *
 * Only a page that this server sent may read, opened under a local name on this machine, and only with the token may
 * it write. The CORS origins of the app do not apply.
 */
export function refusePage(request: IncomingMessage, token: string): string | undefined {
  return refuseHost(request) ?? refuseOrigin(request) ?? refuseWrite(request, token)
}

/** Stops DNS rebinding, where the browser sends the attacker's name, and other machines under `--host 0.0.0.0`. */
function refuseHost({ headers, socket }: IncomingMessage): string | undefined {
  const [, name = '', port = '80'] = hostForm.exec(headers.host ?? '') ?? []
  if (!localNames.has(name.toLowerCase())) return 'Open this page as http://localhost or 127.0.0.1'
  if (Number(port) !== socket.localPort)
    return `Open this page with the port that this server listens on: ${socket.localPort}`
  if (!loopback.has(socket.remoteAddress ?? ''))
    return 'Open this page on the machine that serves it'
  return undefined
}

/** Refuses other sites and other local ports. A link on another site may open the page itself, but not in a frame. */
function refuseOrigin({ headers, method, url }: IncomingMessage): string | undefined {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': to } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`)
    return 'Requests of other origins are refused'
  if (to !== undefined && ['iframe', 'frame', 'embed', 'object'].includes(to))
    return 'This page refuses to be shown in a frame'
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  const opensPage =
    method === 'GET' && mode === 'navigate' && (url === pagePath || url === `${pagePath}/`)
  return opensPage ? undefined : 'Requests of other sites are refused'
}

function refuseWrite({ method, headers }: IncomingMessage, token: string): string | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined
  const sent = Buffer.from(String(headers[tokenHeader] ?? ''))
  const wanted = Buffer.from(token)
  const isSame = sent.length === wanted.length && timingSafeEqual(sent, wanted)
  return isSame ? undefined : 'The token of the page is missing or outdated: reload the page'
}
