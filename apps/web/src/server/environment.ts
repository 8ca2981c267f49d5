/**
 * What the frontend is set up with. `npm run dev` reads the repository's `.env` files for it; elsewhere it is the
 * process environment.
 */
export interface WebEnvironment {
  /** Where the frontend is, as browsers and the API call it. */
  readonly url: string
  /** Where the API is. */
  readonly apiUrl: string
  /** Better Auth's own database: `postgres://…` or `pglite:<folder>`. */
  readonly databaseUrl: string
  /** Signs cookies, and encrypts the keys that tokens are signed with. The API needs none of it to check a token. */
  readonly secret: string | undefined
  /** There where both halves are set. */
  readonly github: { readonly clientId: string; readonly clientSecret: string } | undefined
}

/**
 * Reads it from names and texts.
 *
 * @throws {Error} production without a secret, or without a database: an embedded one is no place for users
 */
export function readEnvironment(
  names: Readonly<Record<string, string | undefined>>,
): WebEnvironment {
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = names
  const isBuild = names['NEXT_PHASE'] === 'phase-production-build'
  return {
    url: originOf(names['BETTER_AUTH_URL'], 'http://localhost:3000'),
    apiUrl: originOf(names['NEXT_PUBLIC_API_URL'], 'http://localhost:8000'),
    // a build opens no database and signs nothing, and need not know of either
    databaseUrl: isBuild ? 'pglite:memory' : databaseOf(names),
    secret: isBuild ? crypto.randomUUID() : secretOf(names),
    github: clientId && clientSecret ? { clientId, clientSecret } : undefined,
  }
}

const originOf = (text: string | undefined, otherwise: string): string =>
  (text || otherwise).replace(/\/+$/, '')

function databaseOf(names: Readonly<Record<string, string | undefined>>): string {
  const own = names['AUTH_DATABASE_URL']
  if (own) return own
  const shared = names['DATABASE_URL']
  if (shared && isPostgres(shared)) return shared
  if (names['NODE_ENV'] === 'production')
    throw new Error(
      'The frontend has no database: set DATABASE_URL to the Postgres of the API, as postgres://user:password@host/database, or AUTH_DATABASE_URL to another',
    )
  return 'pglite:./.plinth/auth'
}

function secretOf(names: Readonly<Record<string, string | undefined>>): string | undefined {
  const secret = names['BETTER_AUTH_SECRET'] || undefined
  if (secret === undefined && names['NODE_ENV'] === 'production')
    throw new Error(
      'The frontend has no secret: set BETTER_AUTH_SECRET to 32 characters or more that nobody can guess, as "openssl rand -base64 32" prints them',
    )
  return secret
}

/** Whether this is a server, and no embedded database. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//.test(url)
