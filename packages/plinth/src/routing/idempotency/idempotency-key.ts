import * as z from 'zod'
import { HttpError } from '../../errors/http-error.ts'
import { stackless } from '../../errors/stackless.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'

/** The most characters of a key. */
const longest = 255
/** The fewest characters of a key that all callers of a public route share. */
export const shortestShared = 20

const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
const printable = /^[!-~]+$/
const bare = /^[!#-~]+$/

/**
 * Reads `Idempotency-Key`: a string of structured fields (`"8e03…"`), or the bare text (`8e03…`).
 *
 * @throws {HttpError} `PLINTH_IDEMPOTENCY_KEY_INVALID`, 400
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function readIdempotencyKey(header: string, isShared: boolean): string {
  const inner = quoted.exec(header.trim())?.[1]?.replaceAll(/\\(.)/g, '$1')
  const key = inner ?? header.trim()
  const shortest = isShared ? shortestShared : 1
  if (
    (inner === undefined ? bare : printable).test(key) &&
    key.length >= shortest &&
    key.length <= longest
  )
    return key
  throw invalidKey(
    `Idempotency-Key must have ${shortest} to ${longest} printable characters, such as a UUID`,
  )
}

/** A 400 for a request whose key is missing or invalid. */
export const invalidKey = (detail: string): HttpError =>
  stackless(() => new HttpError(400, detail, { code: 'PLINTH_IDEMPOTENCY_KEY_INVALID' }))

/** The schema of the header, for the documentation. */
export const idempotencyKeySchema = (isShared: boolean, isRequired: boolean): AnySchema => {
  const key = z
    .string()
    .regex(bare)
    .min(isShared ? shortestShared : 1)
    .max(longest)
  const about = {
    description:
      'A unique key of this operation, such as a UUID. A retry with the same key gets the first response, and nothing happens twice.',
  }
  return isRequired ? key.meta(about) : key.optional().meta(about)
}
