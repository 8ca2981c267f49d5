/** The tables in which other tools record their migrations, by name. */
const versionTables: Readonly<Record<string, string>> = {
  alembic_version: 'Alembic',
  _prisma_migrations: 'Prisma',
  schema_migrations: 'Rails, dbmate or golang-migrate',
  ar_internal_metadata: 'Rails',
  django_migrations: 'Django',
  flyway_schema_history: 'Flyway',
  databasechangelog: 'Liquibase',
  databasechangeloglock: 'Liquibase',
  knex_migrations: 'Knex',
  knex_migrations_lock: 'Knex',
  kysely_migration: 'Kysely',
  kysely_migration_lock: 'Kysely',
  SequelizeMeta: 'Sequelize',
  typeorm_metadata: 'TypeORM',
  mikro_orm_migrations: 'MikroORM',
  pgmigrations: 'node-pg-migrate',
  atlas_schema_revisions: 'Atlas',
  goose_db_version: 'goose',
  _sqlx_migrations: 'SQLx',
  __diesel_schema_migrations: 'Diesel',
  __EFMigrationsHistory: 'Entity Framework',
  doctrine_migration_versions: 'Doctrine',
  phinxlog: 'Phinx',
  __drizzle_migrations: 'Drizzle',
  __plinth_migration_steps: 'Plinth',
}

/** The tool that keeps its version in a table of this name; undefined for other tables. */
export const toolOf = (table: string): string | undefined =>
  Object.hasOwn(versionTables, table) ? versionTables[table] : undefined
