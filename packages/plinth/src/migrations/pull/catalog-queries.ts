/** The schemas to read: the statement's parameter is a JSON list. */
const isRead = 'n.nspname in (select json_array_elements_text($1::json))'

const kinds = `case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
  when 'm' then 'materialized view' else 'foreign table' end`

/** The columns of a sequence, from pg_sequence as `s`, pg_class as `sc` and pg_namespace as `sn`. */
const sequence = `sn.nspname as schema, sc.relname as name, s.seqstart::text as start, s.seqmin::text as min,
  s.seqmax::text as max, s.seqincrement::text as increment, s.seqcache::text as cache, s.seqcycle as cycle`

const sequenceTables = `pg_sequence s join pg_class sc on sc.oid = s.seqrelid
  join pg_namespace sn on sn.oid = sc.relnamespace`

/** The names of a table's columns, in the order of a list of their numbers. */
const namesOf = (table: string, numbers: string): string =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality as part(number, place)
    join pg_attribute a on a.attrelid = ${table} and a.attnum = part.number order by part.place)`

const action = (column: string): string =>
  `case ${column} when 'c' then 'cascade' when 'r' then 'restrict' when 'n' then 'set null'
    when 'd' then 'set default' end`

/** The SELECT for each part of a catalog. */
export const catalogQueries = {
  tables: `select n.nspname as schema, c.relname as name, ${kinds} as kind, c.relispartition as "isPartition",
      c.relrowsecurity as "hasRowSecurity", obj_description(c.oid, 'pg_class') as comment,
      (select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') as extension
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${isRead}
    order by n.nspname, c.relname`,

  columns: `select n.nspname as schema, c.relname as table, a.attname as name,
      format_type(t.oid, a.atttypmod) as type, tn.nspname as "typeSchema", t.typname as "typeName",
      case t.typtype when 'b' then 'base' when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite'
        when 'r' then 'range' when 'm' then 'multirange' else 'pseudo' end as "typeKind",
      case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as "domainOf",
      case when own.typelem <> 0 and own.typcategory = 'A' then greatest(a.attndims, 1) else 0 end as dimensions,
      a.attnotnull as "isNotNull",
      case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
      (select row_to_json(i) from (select ${sequence} from ${sequenceTables}
        join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.deptype = 'i'
        where d.refobjid = a.attrelid and d.refobjsubid = a.attnum) i) as sequence,
      case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
      pg_get_expr(v.adbin, v.adrelid) as expression, col_description(a.attrelid, a.attnum) as comment
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_type own on own.oid = a.atttypid
      join pg_type t on t.oid = case when own.typelem <> 0 and own.typcategory = 'A' then own.typelem else own.oid end
      join pg_namespace tn on tn.oid = t.typnamespace
      left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
    where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and ${isRead}
    order by a.attrelid, a.attnum`,

  constraints: `select n.nspname as schema, c.relname as table, k.conname as name,
      case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
        when 'c' then 'check' else 'exclusion' end as kind,
      ${namesOf('k.conrelid', 'k.conkey')} as columns,
      fn.nspname as "targetSchema", f.relname as "targetTable",
      ${namesOf('k.confrelid', 'k.confkey')} as "targetColumns",
      ${action('k.confupdtype')} as "onUpdate", ${action('k.confdeltype')} as "onDelete",
      k.condeferrable as "isDeferrable", k.convalidated as "isValidated",
      pg_get_constraintdef(k.oid) not like 'UNIQUE NULLS NOT DISTINCT%' as "hasDistinctNulls",
      case k.contype when 'c' then pg_get_expr(k.conbin, k.conrelid) else pg_get_constraintdef(k.oid) end as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    where k.contype in ('p', 'u', 'f', 'c', 'x') and ${isRead}
    order by k.conrelid, k.conname`,

  indexes: `select n.nspname as schema, c.relname as table, ic.relname as name, m.amname as method,
      i.indisunique as "isUnique", i.indisvalid as "isValid",
      (select json_agg(json_build_object(
          'column', (select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[p - 1]),
          'expression', pg_get_indexdef(i.indexrelid, p, false),
          'isDescending', coalesce(pg_index_column_has_property(i.indexrelid, p, 'desc'), false),
          'isNullsFirst', coalesce(pg_index_column_has_property(i.indexrelid, p, 'nulls_first'), false),
          'operatorClass', (select o.opcname from pg_opclass o where o.oid = i.indclass[p - 1] and not o.opcdefault)
        ) order by p) from generate_series(1, i.indnkeyatts) p) as parts,
      i.indnatts - i.indnkeyatts as included, pg_get_expr(i.indpred, i.indrelid) as "where",
      coalesce(to_json(ic.reloptions), '[]') as options
    from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am m on m.oid = ic.relam
      join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and ${isRead} and not exists (
      select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
    order by i.indrelid, ic.relname`,

  enums: `select n.nspname as schema, t.typname as name,
      (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as values
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typtype = 'e' and $1::json is not null order by n.nspname, t.typname`,

  sequences: `select distinct ${sequence} from ${sequenceTables}
      join pg_depend u on u.refclassid = 'pg_class'::regclass and u.refobjid = s.seqrelid
        and u.classid = 'pg_attrdef'::regclass
      join pg_attrdef v on v.oid = u.objid join pg_class c on c.oid = v.adrelid
      join pg_namespace n on n.oid = c.relnamespace
    where ${isRead} and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
      and d.objid = s.seqrelid and d.deptype in ('a', 'i')) order by 1, 2`,

  policies: `select n.nspname as schema, c.relname as table, p.polname as name,
      case when p.polpermissive then 'permissive' else 'restrictive' end as as,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end as for,
      array(select case r when 0 then 'public' else pg_get_userbyid(r)::text end from unnest(p.polroles) r order by 1) as to,
      pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as "withCheck"
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
    where ${isRead} order by p.polrelid, p.polname`,

  others: `select n.nspname as schema, count(*)::int as tables
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and not ${isRead}
      and n.nspname not in ('information_schema', 'drizzle', 'plinth', 'pgboss') and n.nspname not like 'pg\\_%'
    group by 1 order by 1`,
} as const

/** A part of a catalog. */
export type CatalogQuery = keyof typeof catalogQueries
