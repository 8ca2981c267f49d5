import { statementName, type TextStatement } from '../tables/auth-query.ts'
import {
  type AuthColumn,
  type AuthTable,
  tablesUnreadable,
  type TableRequirements,
} from '../tables/auth-tables.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** The fields of Better Auth's without which no session can be looked up. */
export const sessionTables: TableRequirements['tables'] = {
  session: ['id', 'token', 'userId', 'expiresAt'],
  user: ['id', 'email'],
}

/** What an {@link AuthUser} by a session has among its claims, where the column is there. */
const userClaims = ['emailVerified', 'image', 'role', 'isAnonymous'] as const
const sessionClaims = ['activeOrganizationId', 'activeTeamId', 'impersonatedBy'] as const

/** The statements of one database, made once. */
export interface SessionStatements {
  /** Gives a {@link SessionRow} as JSON, by the session token. */
  byToken(token: string): TextStatement
  /** Gives `true` for a session that lives, of a user who is not banned, by its id; undefined for an id that none can have. */
  byId(id: string): TextStatement | undefined
}

/** What {@link SessionStatements.byToken} gives. */
export interface SessionRow {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly sessionId: string
  readonly expired: boolean
  readonly banned: boolean
  readonly claims: Readonly<Record<string, unknown>>
}

/** The present moment as a column of this type has it, whatever the connection's TimeZone. */
const nowByType: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'now()',
  // Better Auth writes UTC into columns without a zone.
  'timestamp without time zone': `(now() at time zone 'utc')`,
}

/** How ids of each type are written; others are compared as text. */
const idTypes: Readonly<Record<string, { cast: string; pattern: RegExp }>> = {
  uuid: { cast: 'uuid', pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
  integer: { cast: 'bigint', pattern: /^\d{1,18}$/ },
  bigint: { cast: 'bigint', pattern: /^\d{1,18}$/ },
}
// oxlint-disable-next-line no-control-regex -- Postgres takes no NUL in a text
const textId = { cast: 'text', pattern: /^[^\u0000]{1,255}$/ }

const columnOf = (alias: string, { name }: AuthColumn): string =>
  `${alias}.${quoteIdentifier(name)}`

function nowFor({ name, type }: AuthColumn): string {
  const moment = nowByType[type]
  if (moment === undefined)
    throw tablesUnreadable(
      `The column "${name}" of Better Auth's tables is ${type}, and no timestamp`,
    )
  return moment
}

const inUtc = (column: string, { type }: AuthColumn): string =>
  `to_char(${column}${type === 'timestamp with time zone' ? ` at time zone 'utc'` : ''}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** `'role', u."role", …` for the columns that are there. */
const pairs = (alias: string, table: AuthTable, fields: readonly string[]): string[] =>
  fields.flatMap((field) => {
    const column = table.column(field)
    return column === undefined ? [] : [`'${field}', ${columnOf(alias, column)}`]
  })

/** Whether an administrator has shut the user out: the `admin` plugin ends the sessions, a bare UPDATE does not. */
function bannedOf(user: AuthTable): string {
  const banned = user.column('banned')
  const until = user.column('banExpires')
  if (banned?.type !== 'boolean') return 'false'
  const over = until && `${columnOf('u', until)} <= ${nowFor(until)}`
  return `coalesce(${columnOf('u', banned)}${over ? ` and not coalesce(${over}, false)` : ''}, false)`
}

function byTokenText(session: AuthTable, user: AuthTable): string {
  const of = (alias: string, field: string): string =>
    columnOf(alias, (alias === 's' ? session : user).column(field)!)
  const expires = session.column('expiresAt')!
  const name = user.column('name')
  const claims = [
    ...pairs('u', user, userClaims),
    ...pairs('s', session, sessionClaims),
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
 * Makes the statements for tables as they were found: each looks up one row, by an index that Better Auth made.
 *
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: a column is of a kind that Better Auth never makes
 */
export function sessionStatements(session: AuthTable, user: AuthTable): SessionStatements {
  const tokenText = byTokenText(session, user)
  const tokenName = statementName(tokenText)
  const id = session.column('id')!
  const expires = session.column('expiresAt')!
  const { cast, pattern } = idTypes[id.type] ?? textId
  const of = (alias: string, table: AuthTable, field: string): string =>
    columnOf(alias, table.column(field)!)
  const lives = `${columnOf('s', expires)} > ${nowFor(expires)} and not ${bannedOf(user)}`
  const idText = `select (${lives})::text from ${session.name} s join ${user.name} u on ${of('u', user, 'id')} = ${of('s', session, 'userId')} where ${columnOf('s', id)} = $1::${cast}`
  const idName = statementName(idText)
  return {
    byToken: (token) => ({ text: tokenText, param: token, name: tokenName }),
    byId: (sent) =>
      pattern.test(sent) && sent.isWellFormed()
        ? { text: idText, param: sent, name: idName }
        : undefined,
  }
}
