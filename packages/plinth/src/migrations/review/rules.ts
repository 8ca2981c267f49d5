/** What is wrong with a change: it loses data, it makes requests wait, or it breaks what runs. */
export type Danger = 'data' | 'lock' | 'break'

/** Why a kind of change is refused, and how the same is done safely. */
export interface MigrationRule {
  readonly danger: Danger
  /** The end of a sentence that begins with what the statement does. */
  readonly why: string
  readonly recipe: string
}

/**
 * What a migration must not do to a table that exists, unless its author says so. The dangers are those that squawk
 * and strong_migrations name.
 *
 * @see https://squawkhq.com/docs/rules
 */
export const migrationRules = {
  'drop-table': {
    danger: 'data',
    why: 'its rows are gone, and code that still runs fails',
    recipe:
      'Deploy code that does not use the table, keep a copy of what it holds, and drop it in a later migration',
  },
  'drop-column': {
    danger: 'data',
    why: 'its values are gone, and code that still runs asks for it',
    recipe:
      'Deploy code that does not use the column (in the model: take it out, and make it nullable or give it a default first), then drop it in a later migration. If it was renamed: --rename table.old:table.new',
  },
  'drop-schema': {
    danger: 'data',
    why: 'everything in it is gone',
    recipe: 'Drop its tables one by one, in a migration that says so',
  },
  'drop-enum-value': {
    danger: 'data',
    why: 'the type is made anew, and every table that uses it is rewritten under a lock; a row that has the value makes it fail',
    recipe:
      'Leave the value in the type and refuse it in the schema, or move to z.enum(), which is text with a CHECK',
  },
  'drop-type': {
    danger: 'data',
    why: 'columns of the type go with it, if CASCADE says so',
    recipe: 'Change the columns that use it first',
  },
  truncate: {
    danger: 'data',
    why: 'every row is gone',
    recipe: 'Delete what is meant, in batches: mark the statement with -- plinth:batches',
  },
  'delete-all': {
    danger: 'data',
    why: 'without WHERE it touches every row, and locks each until the end of the transaction',
    recipe:
      'Say which rows, and mark the statement with -- plinth:batches, so that it is run again until it changes none: update t set a = 1 where ctid = any(array(select ctid from t where a is null limit 1000))',
  },
  'narrow-type': {
    danger: 'data',
    why: 'values that do not fit are cut off or rounded, or make it fail; the table is locked while every row is read',
    recipe:
      'Add a new column of the new type, write both from the code, fill it in batches, then read the new one and drop the old one. For a shorter text: keep the type, and give the schema a .max() that the data has',
  },
  'change-type': {
    danger: 'lock',
    why: 'every row is written anew while nobody can read or write the table',
    recipe:
      'Add a new column of the new type, write both from the code, fill it in batches, then read the new one and drop the old one',
  },
  'add-required-column': {
    danger: 'break',
    why: 'rows that exist have no value for it, so that it fails where the table has rows',
    recipe:
      'Give the field a default, or make it nullable, or say what the rows that exist get: --backfill table.column="\'value\'"',
  },
  'set-not-null': {
    danger: 'lock',
    why: 'every row is read while nobody can write the table, and one that is null makes it fail',
    recipe:
      'Let plinth db generate write it: a CHECK that is validated without a lock comes first. Rows that are null get a value by --backfill table.column="\'value\'"',
  },
  'volatile-default': {
    danger: 'lock',
    why: 'each row gets a value of its own, so that every row is written anew while nobody can read or write the table',
    recipe:
      'Add the column without the default, set the default, and fill the rows that exist in batches',
  },
  'generated-column': {
    danger: 'lock',
    why: 'every row is written anew while nobody can read or write the table',
    recipe:
      'For a small table that is fine: --allow generated-column. Else add a plain column, write it from the code or a trigger, and fill it in batches',
  },
  'add-index': {
    danger: 'lock',
    why: 'nobody can write the table until it is built',
    recipe: 'CREATE INDEX CONCURRENTLY, in a migration of its own or after a breakpoint',
  },
  'add-unique': {
    danger: 'lock',
    why: 'its index is built while nobody can write the table',
    recipe:
      'CREATE UNIQUE INDEX CONCURRENTLY, then ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX …',
  },
  'add-primary-key': {
    danger: 'lock',
    why: 'its index is built, and its columns are checked, while nobody can read or write the table',
    recipe:
      'CREATE UNIQUE INDEX CONCURRENTLY, make its columns NOT NULL, then ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX …',
  },
  'add-exclusion': {
    danger: 'lock',
    why: 'its index is built while nobody can read or write the table, and Postgres has no other way',
    recipe: 'Do it while nobody uses the table: --allow add-exclusion',
  },
  'add-foreign-key': {
    danger: 'lock',
    why: 'every row is checked while nobody can write either table',
    recipe:
      'ADD CONSTRAINT … NOT VALID, then, after a breakpoint and marked with -- plinth:alone, VALIDATE CONSTRAINT',
  },
  'add-check': {
    danger: 'lock',
    why: 'every row is checked while nobody can read or write the table',
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
    why: 'code that still runs asks for the old name',
    recipe:
      'With a pause between the old code and the new: --rename says that it is meant. Without one: add the new column, write both, fill it in batches, read the new one, drop the old one. Or keep the column and rename the field: field(schema, { name: "old_name" })',
  },
  'rename-table': {
    danger: 'break',
    why: 'code that still runs asks for the old name',
    recipe:
      'With a pause between the old code and the new: --rename says that it is meant. Without one: rename, and leave a view of the old name until the old code is gone',
  },
  'disable-rls': {
    danger: 'break',
    why: 'rows are no longer kept apart by the database',
    recipe: 'If that is meant: --allow disable-rls',
  },
  'enable-rls': {
    danger: 'break',
    why: 'code that still runs, and does not say whose its transactions are, finds no rows',
    recipe: 'Deploy code that uses ownedSession() first, then allow it: --allow enable-rls',
  },
  'exclusive-lock': {
    danger: 'lock',
    why: 'nobody can use the table meanwhile',
    recipe: 'Use the CONCURRENTLY form where there is one, or do it while nobody uses the table',
  },
  'unread-block': {
    danger: 'break',
    why: 'what is in a DO block is not read, so that nobody can say what it does',
    recipe: 'Write plain statements, or read it twice and say --allow unread-block',
  },
  'transaction-control': {
    danger: 'break',
    why: 'each step is in a transaction already, and this one ends it halfway',
    recipe:
      'Leave out BEGIN, COMMIT and ROLLBACK; mark a statement that must not be in a transaction with -- plinth:alone',
  },
} as const satisfies Readonly<Record<string, MigrationRule>>

/** The name of a rule, as `--allow` takes it. */
export type MigrationRuleName = keyof typeof migrationRules

/** Whether a text is the name of a rule. */
export const isRule = (name: string): name is MigrationRuleName =>
  Object.hasOwn(migrationRules, name)
