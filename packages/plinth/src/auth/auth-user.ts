/** Who calls: what a verified token of Better Auth says, or the row of a session. */
export interface AuthUser {
  /** Better Auth's `user.id`: the token's `sub`, or whose session it is. */
  readonly id: string
  /** `null` where the token does not say. */
  readonly email: string | null
  /** `null` where the token does not say. */
  readonly name: string | null
  /** The session's id; of a JWT its `sid`, which the frontend adds with `definePayload`, or `null`. */
  readonly sessionId: string | null
  /**
   * All that the token says, frozen. Of a session: `emailVerified`, `image`, `expiresAt` (ISO 8601), and, where plugins of
   * Better Auth add the columns, `role`, `isAnonymous`, `activeOrganizationId`, `activeTeamId`, `impersonatedBy`.
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
 * The user of a token's claims, whose `sub` is known to be a text.
 *
 * `email` and `name` stand at the top in the tokens of Better Auth's `jwt` plugin, and under `user` in those of
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

/** The user of a session, as its row says. */
export const sessionUser = ({
  id,
  email,
  name,
  sessionId,
  claims,
}: Pick<AuthUser, 'id' | 'email' | 'name' | 'sessionId' | 'claims'>): AuthUser =>
  Object.freeze({ id, email, name, sessionId, claims: freeze(claims) })
