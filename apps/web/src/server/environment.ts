/**
 * The settings of the frontend.
 *
 * They are read from the process environment; `npm run dev` also reads the repository's `.env`
 * files.
 */
export interface WebEnvironment {
  /** The address of the frontend for browsers and the API. */
  readonly url: string
  /** The address of the API. */
  readonly apiUrl: string
  /** Better Auth's own database: `postgres://…` or `pglite:<folder>`. */
  readonly databaseUrl: string
  /** Signs cookies, and encrypts the signing keys. The API does not need it to verify a token. */
  readonly secret: string | undefined
  /** The GitHub login, if both settings are present. */
  readonly github: { readonly clientId: string; readonly clientSecret: string } | undefined
  /**
   * Sends email, such as the link to a new password. Without it, a forgotten password cannot be reset.
   *
   * Default in development: `'log'`.
   */
  readonly mail: MailSettings | 'log' | undefined
}

/** The HTTP API of a mail service. */
export interface MailSettings {
  readonly url: string
  readonly key: string
  /** The sender, such as `Tasks <tasks@example.com>`. */
  readonly from: string
}

/**
 * Reads the settings from environment variables.
 *
 * @throws {Error} production without an address, a secret or a database: an embedded one is not
 * meant for users
 */
export function readEnvironment(
  names: Readonly<Record<string, string | undefined>>,
): WebEnvironment {
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = names
  const isBuild = names['NEXT_PHASE'] === 'phase-production-build'
  return {
    url: originOf(isBuild ? undefined : addressOf(names), 'http://localhost:3000'),
    apiUrl: originOf(names['NEXT_PUBLIC_API_URL'], 'http://localhost:8000'),
    // a build opens no database and signs nothing, so it needs neither
    databaseUrl: isBuild ? 'pglite:memory' : databaseOf(names),
    secret: isBuild ? crypto.randomUUID() : secretOf(names),
    github: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    mail: mailOf(names),
  }
}

function mailOf(names: Readonly<Record<string, string | undefined>>): WebEnvironment['mail'] {
  const { MAIL_API_KEY: key, MAIL_FROM: from, MAIL_API_URL: url } = names
  if (key && from) return { url: url || 'https://api.resend.com/emails', key, from }
  return names['NODE_ENV'] === 'production' ? undefined : 'log'
}

const originOf = (text: string | undefined, otherwise: string): string =>
  (text || otherwise).replace(/\/+$/, '')

function addressOf(names: Readonly<Record<string, string | undefined>>): string | undefined {
  const url = names['BETTER_AUTH_URL'] || undefined
  if (url === undefined && names['NODE_ENV'] === 'production')
    throw new Error(
      'The frontend has no address: set BETTER_AUTH_URL to its URL in browsers, such as https://app.example.com',
    )
  return url
}

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
      'The frontend has no secret: set BETTER_AUTH_SECRET to at least 32 random characters, as "openssl rand -base64 32" prints them',
    )
  return secret
}

/** Returns true for the URL of a server, false for an embedded database. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//.test(url)
