import { createSecretKey, type KeyObject } from 'node:crypto'
import { PlinthError } from '../../errors/plinth-error.ts'
import { hideSecret } from '../../settings/redact.ts'
import { secretWeakness } from '../../settings/weak-secret.ts'

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

/**
 * The key of a shared secret: its UTF-8 bytes, as Better Auth takes them, whatever they look like. The log hides the
 * secret from then on.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: it could be guessed
 */
export function secretKey(secret: string, name: string): KeyObject {
  const weakness = secretWeakness(secret)
  if (weakness !== undefined)
    throw invalid(`${name} ${weakness}. Make one with "openssl rand -base64 32"`)
  hideSecret(secret)
  return createSecretKey(Buffer.from(secret, 'utf8'))
}

/** `'2:new,1:old'` -> `['new', 'old']`, the current one first. */
export function parseSecrets(text: string): string[] {
  const versions = new Set<number>()
  return text.split(',').map((entry, index) => {
    const found = /^\s*(\d+)\s*:(.*)$/s.exec(entry)
    const version = Number(found?.[1])
    const secret = found?.[2]?.trim()
    if (found === null || !secret || versions.has(version))
      throw invalid(
        `Entry ${index + 1} of secrets is not "<version>:<secret>" with a version of its own, as "2:new,1:old"`,
      )
    versions.add(version)
    return secret
  })
}

/**
 * The keys that HS256 tokens may be signed with, the current one first: those of `secrets`, or else of `secret`.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: one could be guessed, or the list cannot be read
 */
export function sharedSecrets(
  secret: string | undefined,
  secrets: string | undefined,
): KeyObject[] {
  if (secrets !== undefined && secrets !== '')
    return parseSecrets(secrets).map((each, index) =>
      secretKey(each, `Entry ${index + 1} of secrets`),
    )
  return secret === undefined ? [] : [secretKey(secret, 'The secret')]
}
