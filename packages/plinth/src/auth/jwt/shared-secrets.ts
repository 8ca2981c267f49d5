import { createSecretKey, type KeyObject } from 'node:crypto'
import { PlinthError } from '../../errors/plinth-error.ts'
import { hideSecret } from '../../settings/redact.ts'
import { secretWeakness } from '../../settings/weak-secret.ts'

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

/**
 * Creates the key of a shared secret from its UTF-8 bytes, as Better Auth does, even if it looks like base64.
 * From then on the secret is redacted in logs.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the secret is weak, or a key in PEM
 */
export function secretKey(secret: string, name: string): KeyObject {
  // Whoever knows the public key could sign tokens with it.
  if (secret.includes('-----BEGIN '))
    throw invalid(`${name} is a key in PEM, and not a shared secret: pass it as a key`)
  const weakness = secretWeakness(secret)
  if (weakness !== undefined)
    throw invalid(`${name} ${weakness}. Generate one with "openssl rand -base64 32"`)
  hideSecret(secret)
  return createSecretKey(Buffer.from(secret, 'utf8'))
}

/** Parses `'2:new,1:old'` to `['new', 'old']`, the current one first. */
export function parseSecrets(text: string): string[] {
  const versions = new Set<number>()
  return text.split(',').map((entry, index) => {
    const found = /^\s*(\d+)\s*:(.*)$/s.exec(entry)
    const version = Number(found?.[1])
    const secret = found?.[2]?.trim()
    if (found === null || !secret || versions.has(version))
      throw invalid(
        `Entry ${index + 1} of secrets is not "<version>:<secret>" with a unique version, such as "2:new,1:old"`,
      )
    versions.add(version)
    return secret
  })
}

/**
 * The keys that verify HS256 tokens, the current one first, from `secrets` or else from `secret`.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: a secret is weak, or the list is malformed
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
