import { type Database, sharedOf } from '../../database/database.ts'
import { command } from '../../database/drivers/driver.ts'
import { type CatalogQuery, catalogQueries } from './catalog-queries.ts'

/** A table, a partition, a view, or a foreign table. */
export interface CatalogTable {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table'
  readonly isPartition: boolean
  readonly hasRowSecurity: boolean
  readonly comment: string | null
  /** The extension that owns it. */
  readonly extension: string | null
}

/** The options of an identity column's or a standalone sequence. */
export interface CatalogSequence {
  readonly schema: string
  readonly name: string
  readonly start: string
  readonly min: string
  readonly max: string
  readonly increment: string
  readonly cache: string
  readonly cycle: boolean
}

/** A column of a table. */
export interface CatalogColumn {
  readonly schema: string
  readonly table: string
  readonly name: string
  /** The type of a value as `format_type()` writes it; of an item if it is an array. */
  readonly type: string
  readonly typeSchema: string
  readonly typeName: string
  readonly typeKind: 'base' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange' | 'pseudo'
  /** The type that a domain is over. */
  readonly domainOf: string | null
  /** The number of array dimensions; 0 for a plain value. */
  readonly dimensions: number
  readonly isNotNull: boolean
  readonly identity: 'always' | 'by default' | null
  readonly sequence: CatalogSequence | null
  readonly generated: 'stored' | 'virtual' | null
  /** The expression of the default, or of a generated column. */
  readonly expression: string | null
  readonly comment: string | null
}

/** A constraint of a table. */
export interface CatalogConstraint {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion'
  readonly columns: readonly string[]
  readonly targetSchema: string | null
  readonly targetTable: string | null
  readonly targetColumns: readonly string[]
  readonly onUpdate: string | null
  readonly onDelete: string | null
  readonly isDeferrable: boolean
  readonly isValidated: boolean
  readonly hasDistinctNulls: boolean
  /** The expression of a check; as `pg_get_constraintdef()` writes it for other kinds. */
  readonly definition: string
}

/** A column or an expression of an index. */
export interface CatalogIndexPart {
  readonly column: string | null
  readonly expression: string
  readonly isDescending: boolean
  readonly isNullsFirst: boolean
  /** An operator class other than the type's default. */
  readonly operatorClass: string | null
}

/** An index that belongs to no primary key or unique constraint. */
export interface CatalogIndex {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly method: string
  readonly isUnique: boolean
  readonly isValid: boolean
  readonly parts: readonly CatalogIndexPart[]
  /** The number of columns in INCLUDE. */
  readonly included: number
  readonly where: string | null
  /** Such as `fillfactor=70`. */
  readonly options: readonly string[]
}

/** An enum type. */
export interface CatalogEnum {
  readonly schema: string
  readonly name: string
  readonly values: readonly string[]
}

/** A row-level security policy. */
export interface CatalogPolicy {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly as: 'permissive' | 'restrictive'
  readonly for: 'all' | 'select' | 'insert' | 'update' | 'delete'
  readonly to: readonly string[]
  readonly using: string | null
  readonly withCheck: string | null
}

/** A schema that was not read, and its number of tables. */
export interface OtherSchema {
  readonly schema: string
  readonly tables: number
}

/** The tables of a database and everything that belongs to them, as Postgres describes them. */
export interface Catalog {
  readonly tables: readonly CatalogTable[]
  readonly columns: readonly CatalogColumn[]
  readonly constraints: readonly CatalogConstraint[]
  readonly indexes: readonly CatalogIndex[]
  readonly enums: readonly CatalogEnum[]
  /** Sequences that defaults use, and that belong to no column. */
  readonly sequences: readonly CatalogSequence[]
  readonly policies: readonly CatalogPolicy[]
  readonly others: readonly OtherSchema[]
}

/**
 * Reads the system catalogs of a database: the tables of some schemas, with their columns, constraints and indexes.
 *
 * It reads in one read-only transaction, and waits for those that hold an exclusive lock on a table. The role needs no
 * rights on the tables.
 *
 * @param lockTimeout - milliseconds to wait for a lock; 0 for no limit
 */
export async function readCatalog(
  db: Database,
  schemas: readonly string[],
  lockTimeout = 0,
): Promise<Catalog> {
  const connection = await sharedOf(db, 'readCatalog()').driver.acquire()
  const read = async (query: CatalogQuery): Promise<unknown> => {
    const text = `select coalesce(json_agg(found), '[]')::text as found from (${catalogQueries[query]}) found`
    const { rows } = await connection.query({
      ...command(text),
      params: [JSON.stringify(schemas)],
    })
    return JSON.parse(String(rows[0]?.['found']))
  }
  let failure: unknown
  try {
    await connection.query(
      command(
        `begin isolation level repeatable read read only; set local lock_timeout = ${lockTimeout}`,
      ),
    )
    const found: Partial<Record<CatalogQuery, unknown>> = {}
    for (const query of Object.keys(catalogQueries) as CatalogQuery[])
      found[query] = await read(query)
    // The loop has filled every key, which a Partial does not know.
    return found as unknown as Catalog
  } catch (error) {
    failure = error
    throw error
  } finally {
    await connection.query(command('rollback')).catch(() => {})
    connection.release(failure)
  }
}
