/** The authenticated caller: the claims of a verified token, or the user of a session. */
export interface AuthUser {
  /** Better Auth's `user.id`: the token's `sub`, or the owner of the session. */
  readonly id: string
  /** `null` if the token has no email. */
  readonly email: string | null
  /** `null` if the token has no name. */
  readonly name: string | null
  /** The session's id. For a JWT its `sid`, which the frontend adds with `definePayload`, or `null`. */
  readonly sessionId: string | null
  /**
   * All claims of the token, frozen.
   * For a session: `emailVerified`, `image`, `expiresAt` (ISO 8601) and, if plugins of Better Auth add these columns,
   * `role`, `isAnonymous`, `activeOrganizationId`, `activeTeamId`, `impersonatedBy`.
   */
  readonly claims: Readonly<Record<string, unknown>>
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const member of Object.values(value)) freeze(member)
  }
  return value
}

/**
 * Creates the user from a token's claims, whose `sub` was checked to be a string.
 *
 * `email` and `name` are top-level claims in the tokens of Better Auth's `jwt` plugin, and under `user` in those of
 * `createToken`.
 */
export function toAuthUser(claims: Readonly<Record<string, unknown>>): AuthUser {
  const user = (claims['user'] ?? {}) as { email?: unknown; name?: unknown }
  return Object.freeze({
    id: claims['sub'] as string,
    email: textOrNull(claims['email'] ?? user.email),
    name: textOrNull(claims['name'] ?? user.name),
    sessionId: textOrNull(claims['sid']),
    claims: freeze(claims),
  })
}

/** Creates the user from a session's row. */
export const sessionUser = ({ id, email, name, sessionId, claims }: AuthUser): AuthUser =>
  Object.freeze({ id, email, name, sessionId, claims: freeze(claims) })
