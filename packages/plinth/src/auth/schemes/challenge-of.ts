import { Credential } from '../../dependencies/credential.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import {
  definitionOf,
  DependencyDefinition,
  type Injectable,
} from '../../dependencies/dependency.ts'

/**
 * Returns the challenge of the first credential that a dependency reads, with a reason, for `WWW-Authenticate`.
 *
 * A dependency that reads a header of its own has no credential: its challenge is `Bearer`.
 *
 * @param reason - such as `error="invalid_token"`
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it is not a dependency
 */
export function challengeOf(user: Dependency<unknown>, reason: string): string {
  const { challenge } = credentialBehind(definitionOf(user, 'user')) ?? { challenge: 'Bearer' }
  return `${challenge}${challenge.includes(' ') ? ',' : ''} ${reason}`
}

function credentialBehind(asked: Injectable): Credential | undefined {
  if (asked instanceof Credential) return asked
  if (!(asked instanceof DependencyDefinition)) return undefined
  for (const need of Object.values(asked.needs)) {
    const found = credentialBehind(need)
    if (found !== undefined) return found
  }
  return undefined
}
