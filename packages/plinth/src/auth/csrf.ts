import { HttpError } from '../errors/http-error.ts'
import { quoted } from './invalid-token.ts'
import type { Logger } from '../logging/logger.types.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What a {@link checkOrigin} looks at. */
export interface GuardedRequest {
  readonly request: Request
  readonly log: Logger
}

/**
 * Refuses what a page of another origin asks to change: browsers add the cookie to that by themselves.
 *
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: the `Origin` is none of these, `null`, or missing
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function checkOrigin(
  { request, log }: GuardedRequest,
  origins: ReadonlySet<string>,
  level: 'debug' | 'warn',
): void {
  if (safeMethods.has(request.method)) return
  const origin = request.headers.get('origin')
  if (origin !== null && origins.has(origin)) return
  log[level](
    { origin: quoted(origin), allowed: [...origins] },
    'A cookie was refused: the Origin of the request is not one that may change something',
  )
  throw new HttpError(403, 'A cookie from this origin may not change anything', {
    code: 'PLINTH_ORIGIN_REFUSED',
  })
}
