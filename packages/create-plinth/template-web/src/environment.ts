/** The settings of this frontend. */
export interface Environment {
  /** The address of this frontend, as browsers call it. */
  readonly url: string
  /** Signs the cookies, and encrypts the keys of the tokens. */
  readonly secret: string
  /** Better Auth's database: `postgres://…` or `pglite:<folder>`. */
  readonly databaseUrl: string
}

/**
 * Reads the settings from environment variables. A build needs none of them.
 *
 * @throws {Error} a required setting is missing
 */
export function readEnvironment(names: Readonly<Record<string, string | undefined>>): Environment {
  const { BETTER_AUTH_URL: url, BETTER_AUTH_SECRET: secret, AUTH_DATABASE_URL: database } = names
  const isBuild = names['NEXT_PHASE'] === 'phase-production-build'
  const isProduction = names['NODE_ENV'] === 'production' && !isBuild
  if (!secret && !isBuild)
    throw new Error('BETTER_AUTH_SECRET is missing: copy .env.example to .env, and set it')
  if (!url && isProduction)
    throw new Error(
      'BETTER_AUTH_URL is missing: set it to the address of this frontend, such as https://app.example.com',
    )
  if (!database && isProduction)
    throw new Error(
      'AUTH_DATABASE_URL is missing: set it to a Postgres for the users, as postgres://user:password@host/database, or to pglite:<folder> on a disk that is kept',
    )
  return {
    url: url || 'http://localhost:3000',
    // a build does not sign anything
    secret: secret || crypto.randomUUID(),
    databaseUrl: database || 'pglite:./.plinth/auth',
  }
}
