import { statementName, type TextStatement } from '../tables/auth-query.ts'
import {
  type AuthColumn,
  type AuthTable,
  tablesUnreadable,
  type TableRequirements,
} from '../tables/auth-tables.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** The fields that a session lookup requires. */
export const sessionTables: TableRequirements['tables'] = {
  session: ['id', 'token', 'userId', 'expiresAt'],
  user: ['id', 'email'],
}

/** The claims of a session's user, for columns that exist. */
const userClaims = ['emailVerified', 'image', 'role', 'isAnonymous'] as const
/** The claims of a session, for columns that exist. */
export const sessionClaims = ['activeOrganizationId', 'activeTeamId', 'impersonatedBy'] as const

/** Fields that an application has added to Better Auth's tables, and that become claims. */
export interface AddedClaims {
  readonly user: readonly string[]
  readonly session: readonly string[]
}

const noClaims: AddedClaims = { user: [], session: [] }

/** The statements of one database, created once. */
export interface SessionStatements {
  /** Selects a {@link SessionRow} as JSON, by session token. */
  byToken(token: string): TextStatement
  /** Selects `true` for an active session of a user who is not banned, by id; undefined for an impossible id. */
  byId(id: string): TextStatement | undefined
}

/** The row of {@link SessionStatements.byToken}. */
export interface SessionRow {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly sessionId: string
  readonly expired: boolean
  readonly banned: boolean
  readonly claims: Readonly<Record<string, unknown>>
}

/** The current time for comparison with a column of this type, in any TimeZone of the connection. */
const nowByType: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'now()',
  // Better Auth writes UTC to columns without a time zone.
  'timestamp without time zone': `(now() at time zone 'utc')`,
}

/** The format of ids, by column type. Other types are compared as text. */
const idTypes: Readonly<Record<string, { cast: string; pattern: RegExp }>> = {
  uuid: { cast: 'uuid', pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
  integer: { cast: 'bigint', pattern: /^\d{1,18}$/ },
  bigint: { cast: 'bigint', pattern: /^\d{1,18}$/ },
}
// oxlint-disable-next-line no-control-regex -- Postgres does not accept NUL in text
const textId = { cast: 'text', pattern: /^[^\u0000]{1,255}$/ }

const columnOf = (alias: string, { name }: AuthColumn): string =>
  `${alias}.${quoteIdentifier(name)}`

function nowFor({ name, type }: AuthColumn): string {
  const moment = nowByType[type]
  if (moment === undefined)
    throw tablesUnreadable(
      `The column "${name}" of Better Auth's tables is of type ${type}, and not a timestamp`,
    )
  return moment
}

const inUtc = (column: string, { type }: AuthColumn): string =>
  `to_char(${column}${type === 'timestamp with time zone' ? ` at time zone 'utc'` : ''}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** `'role', u."role", …` for the columns that exist. */
const pairs = (alias: string, table: AuthTable, fields: readonly string[]): string[] =>
  fields.flatMap((field) => {
    const column = table.column(field)
    return column === undefined ? [] : [`'${field}', ${columnOf(alias, column)}`]
  })

/** The SQL condition for a banned user. The `admin` plugin also ends a user's sessions, but a plain UPDATE does not. */
function bannedOf(user: AuthTable): string {
  const banned = user.column('banned')
  const until = user.column('banExpires')
  if (banned?.type !== 'boolean') return 'false'
  const over = until && `${columnOf('u', until)} <= ${nowFor(until)}`
  return `coalesce(${columnOf('u', banned)}${over ? ` and not coalesce(${over}, false)` : ''}, false)`
}

function byTokenText(session: AuthTable, user: AuthTable, added: AddedClaims): string {
  const of = (alias: string, field: string): string =>
    columnOf(alias, (alias === 's' ? session : user).column(field)!)
  const expires = session.column('expiresAt')!
  const name = user.column('name')
  const claims = [
    ...pairs('u', user, [...new Set([...userClaims, ...added.user])]),
    ...pairs('s', session, [...new Set([...sessionClaims, ...added.session])]),
    `'expiresAt', ${inUtc(of('s', 'expiresAt'), expires)}`,
  ]
  return `select json_build_object('id', ${of('u', 'id')}::text, 'email', ${of('u', 'email')},
  'name', ${name ? columnOf('u', name) : 'null'}, 'sessionId', ${of('s', 'id')}::text,
  'expired', (${of('s', 'expiresAt')} > ${nowFor(expires)}) is not true, 'banned', ${bannedOf(user)},
  'claims', json_build_object(${claims.join(', ')}))::text
from ${session.name} s join ${user.name} u on ${of('u', 'id')} = ${of('s', 'userId')}
where ${of('s', 'token')} = $1`
}

/**
 * Creates the statements for these tables. Each looks up one row, by an index that Better Auth created.
 *
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: a column has a type that Better Auth never uses
 */
export function sessionStatements(
  session: AuthTable,
  user: AuthTable,
  added: AddedClaims = noClaims,
): SessionStatements {
  const tokenText = byTokenText(session, user, added)
  const tokenName = statementName(tokenText)
  const id = session.column('id')!
  const expires = session.column('expiresAt')!
  const { cast, pattern } = idTypes[id.type] ?? textId
  const of = (alias: string, table: AuthTable, field: string): string =>
    columnOf(alias, table.column(field)!)
  const isActive = `${columnOf('s', expires)} > ${nowFor(expires)} and not ${bannedOf(user)}`
  const idText = `select (${isActive})::text from ${session.name} s join ${user.name} u on ${of('u', user, 'id')} = ${of('s', session, 'userId')} where ${columnOf('s', id)} = $1::${cast}`
  const idName = statementName(idText)
  return {
    byToken: (token) => ({ text: tokenText, param: token, name: tokenName }),
    byId: (sent) =>
      pattern.test(sent) && sent.isWellFormed()
        ? { text: idText, param: sent, name: idName }
        : undefined,
  }
}
