import { PlinthError } from '../../errors/plinth-error.ts'

/** An embedded database, in a directory or in memory. */
export interface PgliteTarget {
  readonly kind: 'pglite'
  /** The path as written in the URL; `null` for memory. */
  readonly directory: string | null
  readonly location: string
}

/** A Postgres server. */
export interface PostgresTarget {
  readonly kind: 'postgres'
  readonly url: string
  /** The URL without its password. */
  readonly location: string
  /** True if the URL leads through Neon's pooler, which has no sessions: no advisory locks, no migrations. */
  readonly pooled: boolean
  /** True if the host is Neon's. */
  readonly neon: boolean
  /** True if statements may be sent before the responses to the ones before arrived. */
  readonly pipelines: boolean
}

/** The setting with the server's direct URL, for use when DATABASE_URL leads through a connection pooler. Neon's name. */
export const directUrlName = 'DATABASE_URL_UNPOOLED'

const forms =
  'pglite:./.plinth/dev (a directory), pglite:memory, or postgres://user:password@host:5432/name'
const otherDatabases =
  /^(mysql|mariadb|sqlite|file|https?|mongodb|mongodb\+srv|mssql|sqlserver|libsql|jdbc|prisma):/i

const invalid = (what: string): PlinthError =>
  new PlinthError(
    'PLINTH_DATABASE_URL_INVALID',
    `The database URL (DATABASE_URL) ${what}: write ${forms}`,
  )

/**
 * Reads a database URL.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_URL_INVALID`: it matches none of the accepted forms
 */
export function readDatabaseUrl(url: string): PgliteTarget | PostgresTarget {
  if (typeof url !== 'string' || url.trim() === '') throw invalid('is not set')
  const text = url.trim()
  if (text.startsWith('pglite:')) return readPglite(text)
  if (/^postgres(ql)?:\/\//.test(text)) return readPostgres(text)
  const other = otherDatabases.exec(text)
  throw invalid(other ? `begins with "${other[0]}", which is not Postgres` : 'cannot be read')
}

/**
 * Checks whether a database URL leads through Neon's pooler.
 *
 * The pooler's host contains `-pooler`. It has no sessions, so migrations cannot run through it. The direct URL, in
 * `DATABASE_URL_UNPOOLED`, is the same URL without `-pooler`.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_URL_INVALID`: it is not a database URL
 * @see https://neon.com/docs/connect/connection-pooling
 * @example
 * ```ts
 * import { isPooled } from 'plinth/migrations'
 *
 * console.log(isPooled('postgres://ann@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/app')) // true
 * ```
 */
export function isPooled(url: string): boolean {
  const target = readDatabaseUrl(url)
  return target.kind === 'postgres' && target.pooled
}

/**
 * Reads the URL of a Postgres server.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_URL_INVALID`: it is malformed, or names an embedded database
 */
export function readPostgresUrl(url: string): PostgresTarget {
  const target = readDatabaseUrl(url)
  if (target.kind === 'postgres') return target
  throw invalid('names an embedded database where a Postgres server is needed')
}

function readPglite(text: string): PgliteTarget {
  const path = text.slice('pglite:'.length)
  if (path === '' || path.startsWith('//')) throw invalid('names no directory after "pglite:"')
  return { kind: 'pglite', directory: path === 'memory' ? null : path, location: text }
}

function readPostgres(text: string): PostgresTarget {
  const url = readUrl(text)
  const user = url.username === '' ? '' : `${url.username}@`
  const host = decodeURIComponent(url.hostname).toLowerCase()
  return {
    kind: 'postgres',
    url: withCheckedCertificate(url),
    location: `postgres://${user}${url.host}${url.pathname}`,
    pooled: host.split('.')[0]?.endsWith('-pooler') ?? false,
    neon: host.endsWith('.neon.tech'),
    // Supabase's pooler for transactions never responds once two statements are pipelined. It listens on this port.
    pipelines: !(host.endsWith('.pooler.supabase.com') && url.port === '6543'),
  }
}

/**
 * Normalizes the URL, so that it names the host and the port that `pg` connects to.
 *
 * `pg` prefers the query parameters `host` and `port`, the last of each, and ignores `hostaddr`.
 *
 * @see https://github.com/brianc/node-postgres/blob/master/packages/pg-connection-string/index.js
 */
function readUrl(text: string): URL {
  const parsed = URL.parse(text)
  // With the folder of a socket the host may be left out, which a URL with a user does not allow.
  const url = parsed ?? URL.parse(text.replace('@/', '@localhost/'))
  const last = (name: string): string => url?.searchParams.getAll(name).at(-1) ?? ''
  const named = last('host')
  if (url === null || (parsed === null && named === ''))
    throw invalid(
      'cannot be read (a password with characters such as # / ? @ needs them percent-encoded: # is %23)',
    )
  const host = named === '' ? decoded(url.hostname) : named
  if (!host) throw invalid('names no host')
  const user = url.password === '' ? url.username : `${url.username}:${url.password}`
  const port = last('port') || url.port
  for (const name of ['host', 'port']) if (url.searchParams.has(name)) url.searchParams.delete(name)
  const at = `${user && `${user}@`}${asHostname(host)}${port && `:${port}`}`
  const whole = URL.parse(`${url.protocol}//${at}${url.pathname}${url.search}${url.hash}`)
  if (whole === null) throw invalid('has an invalid host or port')
  return whole
}

function decoded(hostname: string): string {
  try {
    return decodeURIComponent(hostname)
  } catch {
    throw invalid('has an invalid host or port')
  }
}

/** Writes a host as URLs do: an IPv6 address in brackets, the folder of a socket percent-encoded. */
function asHostname(host: string): string {
  if (/^\[.+\]$/.test(host)) return host
  return host.includes(':') ? `[${host}]` : encodeURIComponent(host)
}

/** Names the mode that `pg` uses for these modes anyway, which keeps it from printing a warning. */
function withCheckedCertificate(url: URL): string {
  const mode = url.searchParams.get('sslmode')
  const asFull = mode !== null && ['prefer', 'require', 'verify-ca'].includes(mode)
  if (asFull && !url.searchParams.has('uselibpqcompat'))
    url.searchParams.set('sslmode', 'verify-full')
  return url.href
}
