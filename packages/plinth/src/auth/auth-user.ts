/** Who calls: what a verified token of Better Auth says. */
export interface AuthUser {
  /** Better Auth's `user.id`: the token's `sub`. */
  readonly id: string
  /** `null` where the token does not say. */
  readonly email: string | null
  /** `null` where the token does not say. */
  readonly name: string | null
  /** The token's `sid`, which the frontend adds with `definePayload`; `null` without it. */
  readonly sessionId: string | null
  /** All that the token says, frozen. */
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
