import type { Cors, HeaderRecord } from '../cors/cors.types.ts'
import type { ResponseHeaders, ResponseBuilder } from '../http/outgoing-response.ts'
import { mode } from '../settings/mode.ts'
import { securityHeaders } from '../http/security-headers.ts'

/** Security headers and those of CORS, joined once for each origin. */
export function responseBuilder(origins: Cors): ResponseBuilder {
  const joined = new WeakMap<HeaderRecord, ResponseHeaders>()
  const security = securityHeaders(mode())
  return {
    headersFor(origin) {
      const forOrigin = origins.headersFor(origin)
      const known = joined.get(forOrigin)
      if (known !== undefined) return known
      const made = Object.freeze({ ...security, ...forOrigin })
      joined.set(forOrigin, made)
      return made
    },
  }
}
