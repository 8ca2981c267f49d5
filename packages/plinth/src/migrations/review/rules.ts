/** The danger of a change: it loses data, it blocks requests, or it breaks running code. */
export type Danger = 'data' | 'lock' | 'break'

/** A rule: why a kind of change is refused, and the safe way to make it. */
export interface MigrationRule {
  readonly danger: Danger
  /** Completes a sentence that begins with the effect of the statement. */
  readonly why: string
  readonly recipe: string
}

/**
 * The rules for changes to existing tables, which a migration may break only if its author allows it.
 *
 * They follow squawk and strong_migrations.
 *
 * @see https://squawkhq.com/docs/rules
 */
export const migrationRules = {
  'drop-table': {
    danger: 'data',
    why: 'its rows are lost, and running code fails',
    recipe:
      'Deploy code that does not use the table, keep a copy of its rows, and drop it in a later migration',
  },
  'drop-column': {
    danger: 'data',
    why: 'its values are lost, and running code still selects it',
    recipe:
      'Deploy code that does not use the column (make it nullable or give it a default first, then remove it from the model), then drop it in a later migration. If it was renamed: --rename table.old:table.new',
  },
  'drop-schema': {
    danger: 'data',
    why: 'everything in it is lost',
    recipe: 'Drop its tables one by one, in a migration that allows it',
  },
  'drop-enum-value': {
    danger: 'data',
    why: 'the type is recreated, and every table that uses it is rewritten under a lock; it fails if a row has the value',
    recipe:
      "Leave the value in the type and refuse it in the schema, or move to z.enum(), which is text with a CHECK. If it was renamed: --rename type.old:type.new. For rows that have it: --backfill \"table.column=case column::text when 'old' then 'new' else column::text end\"",
  },
  'drop-type': {
    danger: 'data',
    why: 'with CASCADE, columns of the type are dropped too',
    recipe: 'Change the columns that use it first',
  },
  truncate: {
    danger: 'data',
    why: 'every row is lost',
    recipe: 'Delete the rows in batches: mark the statement with -- plinth:batches',
  },
  'delete-all': {
    danger: 'data',
    why: 'without WHERE it changes every row, and locks each until the transaction ends',
    recipe:
      'Add a WHERE, and mark the statement with -- plinth:batches, so it is repeated until it changes no rows: update t set a = 1 where ctid = any(array(select ctid from t where a is null limit 1000))',
  },
  'narrow-type': {
    danger: 'data',
    why: 'values that do not fit are truncated or rounded, or make it fail; the table is locked while every row is read',
    recipe:
      'Add a new column of the new type, write to both columns, fill it in batches, then read the new column and drop the old one. For a shorter text, keep the type, and give the schema a .max() that fits the data',
  },
  'change-type': {
    danger: 'lock',
    why: 'every row is rewritten while reads and writes of the table are blocked',
    recipe:
      'Add a new column of the new type, write to both columns, fill it in batches, then read the new column and drop the old one',
  },
  'add-required-column': {
    danger: 'break',
    why: 'existing rows have no value for it, so it fails if the table has rows',
    recipe:
      'Make it nullable, or give it a default. --backfill table.column="example" fills existing rows, with an SQL expression that may use other columns; code that still runs cannot insert until the new version runs: for no downtime make it nullable first',
  },
  'set-not-null': {
    danger: 'lock',
    why: 'every row is read while writes to the table are blocked, and it fails if a row is null',
    recipe:
      'Let plinth db generate write it: it validates a CHECK without blocking first. Give rows that are null a value with --backfill table.column="example", an SQL expression that may use other columns',
  },
  'volatile-default': {
    danger: 'lock',
    why: 'each row gets a different value, so every row is rewritten while reads and writes of the table are blocked',
    recipe:
      'Add the column without the default, set the default, and fill existing rows in batches',
  },
  'generated-column': {
    danger: 'lock',
    why: 'every row is rewritten while reads and writes of the table are blocked',
    recipe:
      'For a small table this is fine: --allow generated-column. Otherwise add a plain column, set it in code or with a trigger, and fill it in batches',
  },
  'add-index': {
    danger: 'lock',
    why: 'writes to the table are blocked until it is built',
    recipe: 'CREATE INDEX CONCURRENTLY, in a separate migration or after a breakpoint',
  },
  'add-unique': {
    danger: 'lock',
    why: 'its index is built while writes to the table are blocked',
    recipe:
      'CREATE UNIQUE INDEX CONCURRENTLY, then ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX …',
  },
  'add-primary-key': {
    danger: 'lock',
    why: 'its index is built, and its columns are checked, while reads and writes of the table are blocked',
    recipe:
      'CREATE UNIQUE INDEX CONCURRENTLY, make its columns NOT NULL, then ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX …',
  },
  'add-exclusion': {
    danger: 'lock',
    why: 'its index is built while reads and writes of the table are blocked, and Postgres has no other way',
    recipe: 'Do it while the table is not in use: --allow add-exclusion',
  },
  'add-foreign-key': {
    danger: 'lock',
    why: 'every row is checked while writes to both tables are blocked',
    recipe:
      'ADD CONSTRAINT … NOT VALID, then, after a breakpoint and marked with -- plinth:alone, VALIDATE CONSTRAINT',
  },
  'add-check': {
    danger: 'lock',
    why: 'every row is checked while reads and writes of the table are blocked',
    recipe:
      'ADD CONSTRAINT … NOT VALID, then, after a breakpoint and marked with -- plinth:alone, VALIDATE CONSTRAINT',
  },
  'validate-at-once': {
    danger: 'lock',
    why: 'the lock of ADD CONSTRAINT, in the same transaction, is held while every row is checked',
    recipe: 'Put VALIDATE CONSTRAINT after a breakpoint, and mark it with -- plinth:alone',
  },
  'rename-column': {
    danger: 'break',
    why: 'running code uses the old name',
    recipe:
      'If you can stop the old code first, allow it with --rename. Otherwise add the new column, write to both, fill it in batches, read the new one, and drop the old one. Or keep the column and rename the field: field(schema, { name: "old_name" })',
  },
  'rename-table': {
    danger: 'break',
    why: 'running code uses the old name',
    recipe:
      'If you can stop the old code first, allow it with --rename. Otherwise rename it, and keep a view with the old name until the old code is gone',
  },
  'disable-rls': {
    danger: 'break',
    why: 'the database no longer separates the rows of users',
    recipe: 'If this is intended: --allow disable-rls',
  },
  'enable-rls': {
    danger: 'break',
    why: 'running code that does not set the user of its transactions finds no rows',
    recipe: 'Deploy code that uses ownedSession() first, then allow it: --allow enable-rls',
  },
  'exclusive-lock': {
    danger: 'lock',
    why: 'the table cannot be used meanwhile',
    recipe: 'Use the CONCURRENTLY form if there is one, or do it while the table is not in use',
  },
  'unread-block': {
    danger: 'break',
    why: 'the contents of a DO block are not analyzed, so its effect is unknown',
    recipe: 'Write plain statements, or review it and use --allow unread-block',
  },
  'transaction-control': {
    danger: 'break',
    why: 'each step already runs in a transaction, and this statement ends it early',
    recipe:
      'Remove BEGIN, COMMIT and ROLLBACK; mark a statement that must not run in a transaction with -- plinth:alone',
  },
} as const satisfies Readonly<Record<string, MigrationRule>>

/** The name of a rule, for `--allow`. */
export type MigrationRuleName = keyof typeof migrationRules

/** Returns true for the name of a rule. */
export const isRule = (name: string): name is MigrationRuleName =>
  Object.hasOwn(migrationRules, name)
