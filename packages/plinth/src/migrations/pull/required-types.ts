import { sql } from 'drizzle-orm'
import type { Database } from '../../database/database.ts'

/** A table, by its schema and name. */
interface TableName {
  readonly schema: string
  readonly name: string
}

/**
 * The statements for what tables need and models cannot declare: extensions, domains and composite types.
 *
 * A new database runs them before it creates the tables.
 */
export async function requiredTypes(
  db: Database,
  tables: readonly TableName[],
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ statement: string }>(sql`
    with recursive own as (
      select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where (n.nspname, c.relname) in (select t ->> 'schema', t ->> 'name' from json_array_elements(${JSON.stringify(tables)}::json) t)
    ), used as (
      select a.atttypid as oid from pg_attribute a join own on own.oid = a.attrelid
      where a.attnum > 0 and not a.attisdropped
      union
      select part.oid from used u join pg_type t on t.oid = u.oid
        left join pg_attribute a on a.attrelid = t.typrelid and t.typtype = 'c' and a.attnum > 0
        cross join lateral (values (t.typelem), (t.typbasetype), (a.atttypid)) part (oid)
      where part.oid <> 0
    ), objects (class, oid) as (
      select 'pg_class'::regclass, oid from own
      union all select 'pg_class'::regclass, i.indexrelid from pg_index i join own on own.oid = i.indrelid
      union all select 'pg_attrdef'::regclass, d.oid from pg_attrdef d join own on own.oid = d.adrelid
      union all select 'pg_constraint'::regclass, k.oid from pg_constraint k join own on own.oid = k.conrelid
    ), needed (class, oid) as (
      select d.refclassid, d.refobjid from objects o join pg_depend d on d.classid = o.class and d.objid = o.oid
      union select 'pg_type'::regclass, oid from used
    ), extensions as (
      select distinct e.extname from needed n
        join pg_depend d on d.classid = n.class and d.objid = n.oid and d.deptype = 'e'
        join pg_extension e on e.oid = d.refobjid
    )
    select 0 as place, format('CREATE EXTENSION IF NOT EXISTS %I', extname) as statement from extensions
    union all
    select t.oid::bigint, case t.typtype
      when 'c' then format('CREATE TYPE %s AS (%s)', t.oid::regtype, (
        select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
        from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
      else format('CREATE DOMAIN %s AS %s%s%s%s', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
        ' DEFAULT ' || t.typdefault, case when t.typnotnull then ' NOT NULL' end, (
        select string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
        from pg_constraint k where k.contypid = t.oid and k.contype = 'c')) end
    from used join pg_type t on t.oid = used.oid
    where (t.typtype = 'd' or (t.typtype = 'c' and exists (
        select from pg_class c where c.oid = t.typrelid and c.relkind = 'c')))
      and t.typnamespace <> 'information_schema'::regnamespace
      and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
    order by 1, 2`)
  return rows.map(({ statement }) => statement)
}
