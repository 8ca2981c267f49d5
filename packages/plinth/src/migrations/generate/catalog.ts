import { sql } from 'drizzle-orm'
import type { Queryable } from '../../database/queryable.ts'

/** A fact about a schema, in the words of Postgres. */
export interface CatalogLine {
  /** The table, view, enum or sequence, as Postgres qualifies it. */
  readonly of: string
  readonly line: string
}

/**
 * Queries for everything that models can declare.
 *
 * Postgres prints the expressions, so two ways to write one thing are one line. Left out are the things that no model can
 * declare: collations, deferrable constraints, exclusions beyond their index, partitions, and virtual columns.
 */
const parts: Readonly<Record<string, string>> = {
  relation: `select c.oid::regclass::text as "of", case when c.relkind = 'p' then 'r' else c.relkind::text end as kind, c.relrowsecurity as rls,
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition
    from pg_class c where c.relnamespace = any(spaces) and c.relkind in ('r', 'p', 'v', 'm')`,
  // The sequence of a serial column keeps its name when the table gets another one. A constant has the type of its column
  // or the one that it was written with.
  column: `select c.oid::regclass::text as "of", a.attname as name,
      format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required, a.attgenerated as generated,
      case when a.attidentity = '' and (s.objid is not null or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%') then 'serial'
        else regexp_replace(regexp_replace(pg_get_expr(d.adbin, d.adrelid), literal, '\\1'), '^''(-?[0-9.]+)''$', '\\1') end as "default",
      case when a.attidentity <> '' then concat_ws(' ', a.attidentity, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle) end as identity
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_depend s on s.refobjid = c.oid and s.refobjsubid = a.attnum and s.deptype in ('a', 'i')
      and s.refclassid = 'pg_class'::regclass and s.classid = 'pg_class'::regclass
      and exists (select from pg_sequence where seqrelid = s.objid)
    left join pg_sequence q on q.seqrelid = s.objid
    where c.relnamespace = any(spaces) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'`,
  // A unique constraint over the columns of the primary key says nothing, and CREATE TABLE leaves it out.
  constraint: `select c.oid::regclass::text as "of", case when o.contype <> 'p' then o.conname end as name,
      regexp_replace(pg_get_constraintdef(o.oid), undeclared, '', 'g') as definition
    from pg_constraint o join pg_class c on c.oid = o.conrelid
    where c.relnamespace = any(spaces) and o.contype in ('p', 'u', 'f', 'c') and not (o.contype = 'u'
      and exists (select from pg_constraint k where k.conrelid = o.conrelid and k.contype = 'p' and k.conkey = o.conkey))`,
  index: `select c.oid::regclass::text as "of", i.indisvalid as valid,
      regexp_replace(pg_get_indexdef(i.indexrelid), ' INCLUDE \\([^)]*\\)| NULLS NOT DISTINCT', '', 'g') as definition
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = any(spaces) and not exists (select from pg_constraint o where o.conindid = i.indexrelid and o.contype in ('p', 'u'))`,
  policy: `select c.oid::regclass::text as "of", p.polname as name, p.polcmd as command, p.polpermissive as permissive,
      array(select case r when 0 then 'public' else r::regrole::text end from unnest(p.polroles) r order by 1) as roles,
      pg_get_expr(p.polqual, p.polrelid) as "using", pg_get_expr(p.polwithcheck, p.polrelid) as checked
    from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = any(spaces)`,
  enum: `select t.oid::regtype::text as "of", array_agg(e.enumlabel order by e.enumsortorder) as labels
    from pg_type t join pg_enum e on e.enumtypid = t.oid where t.typnamespace = any(spaces) group by t.oid`,
  sequence: `select c.oid::regclass::text as "of", s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle
    from pg_sequence s join pg_class c on c.oid = s.seqrelid where c.relnamespace = any(spaces)
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i') and d.classid = 'pg_class'::regclass and d.refobjsubid > 0)`,
}

/** The parts of a constraint that no model can declare. */
const undeclared = `' DEFERRABLE| INITIALLY DEFERRED| MATCH FULL| NO INHERIT| NOT VALID| INCLUDE \\([^)]*\\)|(?<=ON DELETE SET (NULL|DEFAULT)) \\([^)]*\\)'`

/** A constant with its type, of which the constant is the first group. */
const literal = `'^(''(?:[^'']|'''')*'')::[\\w ."]+(?:\\([0-9,]+\\))?(?:\\[\\])?$'`

/** Reads these schemas from Postgres' catalog. Names are qualified if the search path does not contain them. */
export async function readCatalog(
  db: Pick<Queryable, 'execute'>,
  schemas: readonly string[],
): Promise<CatalogLine[]> {
  const lines: CatalogLine[] = []
  for (const [part, text] of Object.entries(parts)) {
    const list = schemas.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ')
    const spaces = `(array(select oid from pg_namespace where nspname in (${list})))`
    const { rows } = await db.execute(
      sql.raw(
        text
          .replace('any(spaces)', `any${spaces}`)
          .replace('undeclared', () => undeclared)
          .replace('literal', () => literal),
      ),
    )
    for (const { of, ...facts } of rows as { of: string }[])
      lines.push({ of, line: `${part} ${withoutTextCasts(JSON.stringify(facts))}` })
  }
  return lines
}

const textCast = /::(?:text|character varying|bpchar)(?:\[\])?(?![\w(])/g
const atom = /(?<!\w)\((\w+|'[^']*'|ARRAY\[[^[\]()]*\])\)/g

/**
 * Removes casts between the types of text, and the parentheses that they leave.
 *
 * An expression keeps the casts of the type that its column had when it was written.
 */
function withoutTextCasts(line: string): string {
  const plain = line.replaceAll(textCast, '')
  const shorter = plain.replaceAll(atom, '$1')
  return shorter === line ? line : withoutTextCasts(shorter)
}
