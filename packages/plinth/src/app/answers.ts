import type { Cors, HeaderRecord } from '../cors/cors.types.ts'
import type { AnswerHeaders, Answers } from '../http/answer.ts'
import { mode } from '../settings/mode.ts'
import { securityHeaders } from '../http/security-headers.ts'

/** Security headers and those of CORS, joined once for each origin. */
export function answersOf(origins: Cors): Answers {
  const joined = new WeakMap<HeaderRecord, AnswerHeaders>()
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
