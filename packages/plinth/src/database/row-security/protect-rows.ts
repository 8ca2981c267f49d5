import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { AnyRelations } from 'drizzle-orm/relations'
import { type SQL, sql } from 'drizzle-orm/sql'
import { PlinthError } from '../../errors/plinth-error.ts'
import { ownerPolicyName } from '../../models/owner-policy.ts'
import { sharedOf } from '../database.ts'
import { grantText } from '../own-tables.ts'
import type { Queryable } from '../queryable.ts'
import { grantJobs } from '../job-grants.ts'
import { ownerRole } from '../row-owner.ts'

/** Models and tables: the exports of a module, or a list. */
export type Tables = Readonly<Record<string, unknown>> | readonly unknown[]

interface ProtectedTable {
  readonly schema: string
  readonly name: string
  /** True if the model has an owner policy. */
  readonly owned: boolean
}

interface TableState {
  readonly schema: string
  readonly name: string
  readonly enabled: boolean
  readonly forced: boolean
  readonly policy: boolean
  readonly granted: boolean
}

/**
 * Prepares the database for row-level security, beyond what drizzle-kit writes into migrations.
 *
 * Policies are forced for the owner of the tables too. If the login bypasses policies, as the first
 * role of embedded Postgres and of Neon does, the role `plinth_user` is created for users'
 * transactions, and may use the tables, those of Plinth's own included. Run it after the migrations,
 * with the same login; it is idempotent.
 *
 * @param models - all models that users' transactions work with
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`: a model with a policy has no table, or its migration is missing
 * @see https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 * @example
 * ```ts
 * import { database, id, model, owner } from 'plinth'
 * import { migrate } from 'plinth/migrations'
 * import { ownerPolicy, protectRows } from 'plinth/row-security'
 *
 * const Note = model('notes', { id: id(), userId: owner() }, (t) => [ownerPolicy(t.userId)])
 * const db = database('pglite:memory')
 * await migrate(db, { folder: './migrations' })
 * await protectRows(db, { Note })
 * ```
 */
export async function protectRows<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  models: Tables,
): Promise<void> {
  const places = protectedTables(models)
  const { above, role, found } = await look(db, places)
  refuse(missingPolicies(places, found))
  for (const { schema, name, enabled, forced } of found.filter(owned(places))) {
    const table = sql`${sql.identifier(schema)}.${sql.identifier(name)}`
    if (!enabled) await db.execute(sql`alter table ${table} enable row level security`)
    if (!forced) await db.execute(sql`alter table ${table} force row level security`)
  }
  if (!above) return
  if (!role) await makeRole(db)
  for (const statement of grants(found.filter(({ granted }) => !granted)))
    await db.execute(statement)
  await db.execute(grantText)
  await db.execute(sql.raw(grantJobs))
}

/**
 * Checks at startup that row-level security is in effect.
 *
 * It fails if row-level security is off, a policy is missing, or the login bypasses policies.
 *
 * @param models - the same as for {@link protectRows}
 * @param options.above - `true` accepts a login that bypasses policies: then they apply to users' transactions only,
 * not to queries on `db` itself. Embedded Postgres is always accepted. Default `false`
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`
 * @see https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 * @example
 * ```ts
 * import { app, database, id, model, owner } from 'plinth'
 * import { checkRows, ownerPolicy } from 'plinth/row-security'
 *
 * const Note = model('notes', { id: id(), userId: owner() }, (t) => [ownerPolicy(t.userId)])
 * const db = database(process.env['DATABASE_URL'] ?? 'pglite:memory')
 * export const api = app({
 *   title: 'Notes',
 *   routes: {},
 *   lifespan: async function* () {
 *     await checkRows(db, { Note })
 *     yield
 *   },
 * })
 * ```
 */
export async function checkRows<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  models: Tables,
  options: { readonly above?: boolean } = {},
): Promise<void> {
  const places = protectedTables(models)
  const { above, role, found } = await look(db, places)
  const problems = missingPolicies(places, found)
  for (const { name, enabled, forced } of found.filter(owned(places)))
    if (!enabled || !forced)
      problems.push(`row-level security is not forced on ${name} (run protectRows)`)
  const mayBeAbove =
    options.above === true || sharedOf(db, 'checkRows()').driver.embedded !== undefined
  if (above && !mayBeAbove)
    problems.push(
      'the login is a superuser or has BYPASSRLS, so policies do not apply to it (log in with another role, or pass { above: true } if they need to apply to users’ transactions only)',
    )
  if (above && mayBeAbove && (!role || found.some(({ granted }) => !granted)))
    problems.push(`the role ${ownerRole} may not use all tables (run protectRows)`)
  refuse(problems)
}

function protectedTables(models: Tables): ProtectedTable[] {
  const tables = Object.values(models).filter((one) => is(one, PgTable))
  return tables.map((table) => {
    const { schema, name, policies } = getTableConfig(table)
    const owned = policies.some((policy) => policy.name === ownerPolicyName)
    return { schema: schema ?? 'public', name, owned }
  })
}

const owned =
  (places: readonly ProtectedTable[]) =>
  (found: TableState): boolean =>
    places.some((one) => one.owned && one.name === found.name && one.schema === found.schema)

async function look<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  places: readonly ProtectedTable[],
): Promise<{ above: boolean; role: boolean; found: TableState[] }> {
  const [login] = await db.execute<{ above: boolean; role: boolean }>(
    sql`select rolsuper or rolbypassrls as above,
      exists (select from pg_roles where rolname = ${ownerRole}) as role
      from pg_roles where rolname = session_user`,
    'objects',
  )
  const { above, role } = login!
  const granted = role
    ? sql`has_table_privilege(${ownerRole}, c.oid, 'select, insert, update, delete')`
    : sql`false`
  const found = await db.execute<{ [K in keyof TableState]: TableState[K] }>(
    sql`select n.nspname as schema, c.relname as name, c.relrowsecurity as enabled,
      c.relforcerowsecurity as forced, ${granted} as granted,
      exists (select from pg_policy where polrelid = c.oid and polname = ${ownerPolicyName}) as policy
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')`,
    'objects',
  )
  const known = found.filter((one) =>
    places.some(({ schema, name }) => one.name === name && one.schema === schema),
  )
  return { above, role, found: known }
}

const missingPolicies = (
  places: readonly ProtectedTable[],
  found: readonly TableState[],
): string[] =>
  places
    .filter(
      (place) =>
        !found.some(
          ({ schema, name, policy }) =>
            schema === place.schema && name === place.name && (policy || !place.owned),
        ),
    )
    .map(({ name, owned: wanted }) =>
      wanted
        ? `the policy of ${name} is not in the database (apply the migrations)`
        : `the table ${name} does not exist (apply the migrations)`,
    )

function refuse(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new PlinthError(
      'PLINTH_ROWS_UNPROTECTED',
      `Row-level security is not in effect: ${problems.join('; ')}`,
    )
}

/** Creates the role. Two processes may do so at once; a role belongs to the server, not to the database. */
async function makeRole<TRelations extends AnyRelations>(db: Queryable<TRelations>): Promise<void> {
  const role = sql.identifier(ownerRole)
  await db.execute(
    sql`do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
  )
  await db.execute(sql`grant ${role} to session_user`)
}

function grants(tables: readonly TableState[]): SQL[] {
  const role = sql.identifier(ownerRole)
  const schemas = [...new Set(tables.map(({ schema }) => schema))].map((one) => sql.identifier(one))
  return [
    ...schemas.flatMap((schema) => [
      sql`grant usage on schema ${schema} to ${role}`,
      sql`grant usage on all sequences in schema ${schema} to ${role}`,
    ]),
    ...tables.map(
      ({ schema, name }) =>
        sql`grant select, insert, update, delete on ${sql.identifier(schema)}.${sql.identifier(name)} to ${role}`,
    ),
  ]
}
