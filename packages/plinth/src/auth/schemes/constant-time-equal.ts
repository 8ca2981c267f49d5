import { createHash, timingSafeEqual } from 'node:crypto'

const hashed = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/**
 * Compares two texts in constant time, for passwords and API keys.
 *
 * `===` stops at the first character that differs, so the time that it takes tells how much of a guess is right.
 * Compare a user name and a password with two calls before you combine the results.
 *
 * @see https://docs.python.org/3/library/secrets.html#secrets.compare_digest
 * @example
 * ```ts
 * import { constantTimeEqual } from 'plinth'
 *
 * export const isDeployKey = (key: string) => constantTimeEqual(key, process.env['DEPLOY_KEY'] ?? '')
 * ```
 */
export const constantTimeEqual = (left: string, right: string): boolean =>
  // Hashes of equal length: neither the time nor an error reveals the length of the secret.
  timingSafeEqual(hashed(left), hashed(right))
