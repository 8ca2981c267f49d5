import type { Database } from '../../../src/database/database.ts'

const own = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'drizzle')`

/** Queries for everything in a schema from Postgres' catalog, like `pg_dump --schema-only`. */
const parts: Readonly<Record<string, string>> = {
  schemas: `select nspname as name from pg_namespace n where ${own} and nspname !~ '^pg_'`,
  relations: `select n.nspname, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${own}`,
  columns: `select n.nspname, c.relname, a.attname, row_number() over (partition by c.oid order by a.attnum) as place, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
    a.attidentity, a.attgenerated, a.attstorage, coll.collname, pg_get_expr(d.adbin, d.adrelid) as default
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_collation coll on coll.oid = a.attcollation
    where ${own} and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm')`,
  constraints: `select n.nspname, c.relname, o.conname, o.contype, o.convalidated, o.condeferrable, pg_get_constraintdef(o.oid) as def
    from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace where ${own}`,
  indices: `select n.nspname, c.relname, i.indisvalid, i.indisready, i.indisunique, pg_get_indexdef(i.indexrelid) as def
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${own}`,
  enums: `select n.nspname, t.typname, e.enumlabel, rank() over (partition by t.oid order by e.enumsortorder) as place
    from pg_enum e join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace where ${own}`,
  sequences: `select n.nspname, c.relname, s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle
    from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace where ${own}`,
  policies: `select n.nspname, c.relname, p.polname, p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid) as using,
    pg_get_expr(p.polwithcheck, p.polrelid) as checked
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where ${own}`,
  triggers: `select n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid) as def
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${own} and not t.tgisinternal`,
  functions: `select n.nspname, p.proname, pg_get_functiondef(p.oid) as def
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${own} and p.prokind <> 'a'`,
}

/** Reads the schema of a database as comparable lines. */
export async function catalogOf(db: Database): Promise<string[]> {
  const lines: string[] = []
  for (const [part, text] of Object.entries(parts)) {
    const { rows } = await db.execute(text)
    lines.push(...rows.map((row) => `${part} ${JSON.stringify(row)}`))
  }
  return lines.toSorted()
}
