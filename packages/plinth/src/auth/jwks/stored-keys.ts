import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { JWK } from 'jose'
import type { Database } from '../../database/database.ts'
import { runIsolated } from '../../http/request-scope.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type AuthDatabase, checkedDatabase, fetchText } from '../tables/auth-query.ts'
import { findTables, type AuthTable } from '../tables/auth-tables.ts'
import { usableKeys } from './usable-keys.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** Options for reading the keys of Better Auth's `jwt` plugin from its table. */
export interface KeyOptions {
  /** The database that Better Auth writes its keys to. */
  readonly db: AuthDatabase
  /** The schema of its `jwks` table. Default: the first of `search_path` that has it. */
  readonly schema?: string | undefined
  /** Seconds that a key stays valid after it expires: the plugin's `gracePeriod`. Default 2 592 000 (30 days). */
  readonly gracePeriod?: number
}

/** Validated {@link KeyOptions} with defaults. */
export interface StoredKeyPolicy {
  readonly db: Database
  readonly schema: string | undefined
  readonly gracePeriod: number
}

type KeyRow = readonly [kid: string, alg: string | null, crv: string | null, publicKey: string]

const keyOptions: OptionNames<KeyOptions> = { db: true, schema: true, gracePeriod: true }

/**
 * Validates the options, once at startup.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the grace period is invalid; `PLINTH_DEPENDENCY_INVALID`: the database
 * was not created by `database()`
 */
export function storedKeyPolicy(keys: AuthDatabase | KeyOptions): StoredKeyPolicy {
  const given: KeyOptions = 'db' in keys ? keys : { db: keys }
  checkOptions(given, keyOptions, 'betterAuth(): keys')
  const { db, schema, gracePeriod = 2_592_000 } = given
  if (!(gracePeriod >= 0 && gracePeriod <= 10 * 31_536_000))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'keys.gracePeriod must be a number of seconds from 0 to 10 years',
    )
  return { db: checkedDatabase(db), schema, gracePeriod }
}

/** The statement that reads the public keys. It never selects the private key, even though that is encrypted. */
function statementOf(jwks: AuthTable, gracePeriod: number): string {
  const column = (field: string): string | undefined => {
    const found = jwks.column(field)
    return found && quoteIdentifier(found.name)
  }
  const expires = jwks.column('expiresAt')
  const moment =
    expires?.type === 'timestamp without time zone' ? `(now() at time zone 'utc')` : 'now()'
  const live = expires
    ? `${column('expiresAt')} is null or ${column('expiresAt')} + interval '${gracePeriod} seconds' > ${moment}`
    : 'true'
  const fields = [`${column('id')}::text`, column('alg') ?? 'null', column('crv') ?? 'null']
  return `select coalesce(json_agg(json_build_array(${fields.join(', ')}, ${column('publicKey')})), '[]')::text from ${jwks.name} where ${live}`
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The key in the form that Better Auth publishes. */
const published = ([kid, alg, crv, publicKey]: KeyRow): object => ({
  ...(alg !== null && { alg }),
  ...(crv !== null && { crv }),
  ...parsed(publicKey),
  kid,
})

/**
 * Reads the published keys from Better Auth's `jwks` table, without a request to the frontend.
 *
 * @throws {Error} the table cannot be read, or has no usable key
 * @see https://www.better-auth.com/docs/plugins/jwt#schema
 */
export async function readStoredKeys({ db, schema, gracePeriod }: StoredKeyPolicy): Promise<JWK[]> {
  // Several requests may wait for this read, so it must not run in the transaction of one of them.
  const text = await runIsolated(async () => {
    const { jwks } = await findTables(db, { schema, tables: { jwks: ['id', 'publicKey'] } })
    return fetchText(db, { text: statementOf(jwks!, gracePeriod), param: undefined })
  })
  const keys = usableKeys({ keys: (JSON.parse(text ?? '[]') as KeyRow[]).map(published) })
  if (keys.length === 0)
    throw new Error('the jwks table has no usable key: Better Auth creates one for its first token')
  return keys
}
