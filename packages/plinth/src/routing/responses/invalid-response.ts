import { HttpError } from '../../errors/http-error.ts'
import type { CompiledRoute } from '../compiled-route.ts'

/** A result that cannot be sent. The log gets it; the caller gets a 500 without details. */
export class ResponseMisfit extends Error {
  override readonly name = 'ResponseMisfit'
}

/** The error for a result that the route does not declare. */
export const invalidResponse = ({ operationId }: CompiledRoute, problem: string): HttpError =>
  new HttpError(500, 'Something went wrong. The server log has details under this requestId', {
    code: 'PLINTH_RESPONSE_INVALID',
    cause: new ResponseMisfit(`${operationId} ${problem}`),
  })

/** Checks for a `Response` by its tag, since a copy of `fetch` from a package has a class of its own. */
export const isResponse = (value: unknown): value is Response =>
  (value as { [Symbol.toStringTag]?: unknown } | null | undefined)?.[Symbol.toStringTag] ===
  'Response'
