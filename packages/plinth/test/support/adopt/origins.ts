// Databases as other tools make them, with rows and the tool's own version table.

/** A request to an app on the pulled models, and the expected status. */
export type Call = readonly [method: string, path: string, body: unknown, status: number]

/** A database that another tool made. */
export interface Origin {
  readonly tool: string
  readonly statements: readonly string[]
  /** The table in which the tool keeps its version. */
  readonly versionTable: string
  /** The models that are pulled, in alphabetical order. */
  readonly models: readonly string[]
  /** The model that the app serves under /rows, and the calls in order. */
  readonly served: string
  readonly calls: readonly Call[]
  /** A line of the models module, and its replacement with one more field. */
  readonly change: readonly [line: string, withField: string]
}

const uuid = '0198c1a4-5f0e-7c3a-9a53-3b1d8f4f2c11'

/** SQLModel with Alembic: no default on an id, text without a length, instants with microseconds. */
const alembic: Origin = {
  tool: 'Alembic',
  versionTable: 'alembic_version',
  statements: [
    `create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))`,
    `insert into alembic_version values ('1a31ce608336')`,
    `create table "user" (id uuid not null, email varchar(255) not null, hashed_password varchar not null,
      is_active boolean not null, full_name varchar(255), created_at timestamp with time zone, primary key (id))`,
    `create unique index ix_user_email on "user" (email)`,
    `create table item (title varchar(255) not null, id uuid not null, owner_id uuid not null, price numeric(10, 2) default 0.0,
      tags text[], meta jsonb, primary key (id),
      constraint item_owner_id_fkey foreign key (owner_id) references "user" (id) on delete cascade)`,
    `insert into "user" values ('${uuid}', 'ann@example.com', 'x', true, null, '2026-01-02 03:04:05.678901+00')`,
    `insert into item values ('Lamp', '${uuid}', '${uuid}', 12.5, '{a,b}', '{"k": [1]}')`,
  ],
  models: ['Item', 'User'],
  served: 'User',
  calls: [
    ['GET', '/rows', undefined, 200],
    [
      'POST',
      '/rows',
      {
        id: uuid.replace('0198', '0199'),
        email: 'bob@example.com',
        hashedPassword: 'y',
        isActive: false,
      },
      201,
    ],
    ['PATCH', `/rows/${uuid}`, { fullName: 'Ann', isActive: false }, 200],
  ],
  change: [
    'isActive: z.boolean(),',
    'isActive: z.boolean(),\n    nickname: z.string().max(50).nullable(),',
  ],
}

/** Prisma: quoted camel case, text ids, enum types, updates that cascade, a join table of its own. */
const prisma: Origin = {
  tool: 'Prisma',
  versionTable: '_prisma_migrations',
  statements: [
    `create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
      migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
      started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`,
    `insert into _prisma_migrations (id, checksum, migration_name) values ('1', 'c', 'init')`,
    `create type "Role" as enum ('USER', 'ADMIN')`,
    `create table "User" ("id" text not null, "email" text not null, "role" "Role" not null default 'USER',
      "createdAt" timestamp(3) not null default current_timestamp, constraint "User_pkey" primary key ("id"))`,
    `create table "Post" ("id" serial not null, "title" text not null, "published" boolean not null default false,
      "authorId" text not null, "updatedAt" timestamp(3) not null, "data" jsonb not null default '{}',
      constraint "Post_pkey" primary key ("id"))`,
    `create table "_PostToTag" ("A" integer not null, "B" text not null, constraint "_PostToTag_AB_pkey" primary key ("A", "B"))`,
    `create unique index "User_email_key" on "User"("email")`,
    `create index "Post_authorId_idx" on "Post"("authorId")`,
    `create index "_PostToTag_B_index" on "_PostToTag"("B")`,
    `alter table "Post" add constraint "Post_authorId_fkey" foreign key ("authorId") references "User"("id") on delete restrict on update cascade`,
    `insert into "User" ("id", "email") values ('clx1a2b3c0000', 'ann@example.com')`,
    `insert into "Post" ("title", "authorId", "updatedAt") values ('First', 'clx1a2b3c0000', '2026-01-02 03:04:05.678')`,
  ],
  models: ['Post', 'PostToTag', 'User'],
  served: 'Post',
  calls: [
    ['GET', '/rows', undefined, 200],
    [
      'POST',
      '/rows',
      { title: 'Second', authorId: 'clx1a2b3c0000', updatedAt: '2026-02-03T04:05:06.789Z' },
      201,
    ],
    ['PATCH', '/rows/2', { published: true }, 200],
    [
      'POST',
      '/rows',
      { title: 'No author', authorId: 'x', updatedAt: '2026-02-03T04:05:06Z' },
      409,
    ],
  ],
  change: [
    'title: z.string(),',
    'title: z.string(),\n    subtitle: z.string().max(100).nullable(),',
  ],
}

/** Rails: bigserial ids, timestamps with microseconds and without a zone, names of its own for keys. */
const rails: Origin = {
  tool: 'Rails, dbmate or golang-migrate',
  versionTable: 'schema_migrations',
  statements: [
    `create table schema_migrations (version varchar not null primary key)`,
    `insert into schema_migrations values ('20260101000000')`,
    `create table ar_internal_metadata (key varchar not null primary key, value varchar,
      created_at timestamp(6) not null, updated_at timestamp(6) not null)`,
    `create table accounts (id bigserial primary key, name varchar, balance decimal(15, 2) default 0.0 not null,
      settings json default '{}', created_at timestamp(6) not null, updated_at timestamp(6) not null,
      lock_version integer default 0)`,
    `create index index_accounts_on_name on accounts (name) where name is not null`,
    `create table memberships (account_id bigint not null, person text not null,
      role text not null check (role in ('member', 'owner')), primary key (account_id, person),
      constraint fk_rails_8ab1e5f4a2 foreign key (account_id) references accounts (id))`,
    `insert into accounts (name, created_at, updated_at) values ('Ann', '2026-01-02 03:04:05.678901', '2026-01-02 03:04:05.678901')`,
    `insert into memberships values (1, 'ann', 'owner')`,
  ],
  models: ['Account', 'Membership'],
  served: 'Account',
  calls: [
    ['GET', '/rows', undefined, 200],
    [
      'POST',
      '/rows',
      { name: 'Bob', createdAt: '2026-02-03T04:05:06Z', updatedAt: '2026-02-03T04:05:06Z' },
      201,
    ],
    ['PATCH', '/rows/2', { balance: '12.50', settings: { theme: 'dark' } }, 200],
  ],
  change: ['lockVersion: ', 'note: z.string().max(200).nullable(),\n    lockVersion: '],
}

/** Django: identity columns, constraints that are deferred, indexes for LIKE, names with a hash. */
const django: Origin = {
  tool: 'Django',
  versionTable: 'django_migrations',
  statements: [
    `create table django_migrations (id bigint primary key generated by default as identity, app varchar(255) not null,
      name varchar(255) not null, applied timestamptz not null)`,
    `insert into django_migrations (app, name, applied) values ('shop', '0001_initial', now())`,
    `create table shop_category (id bigint not null primary key generated by default as identity,
      name varchar(80) not null unique, parent_id bigint null)`,
    `create table shop_product (id bigint not null primary key generated by default as identity,
      sku varchar(40) not null, stock integer not null check (stock >= 0), category_id bigint not null,
      added timestamptz not null)`,
    `alter table shop_category add constraint shop_category_parent_id_9c5a1d1c_fk_shop_category_id
      foreign key (parent_id) references shop_category (id) deferrable initially deferred`,
    `alter table shop_product add constraint shop_product_category_id_14d7eea8_fk_shop_category_id
      foreign key (category_id) references shop_category (id) deferrable initially deferred`,
    `create index shop_category_name_c8b4a0d3_like on shop_category (name varchar_pattern_ops)`,
    `create index shop_category_parent_id_9c5a1d1c on shop_category (parent_id)`,
    `create index shop_product_category_id_14d7eea8 on shop_product (category_id)`,
    `insert into shop_category (name) values ('Lamps')`,
    `insert into shop_product (sku, stock, category_id, added) values ('L-1', 3, 1, now())`,
  ],
  models: ['ShopCategory', 'ShopProduct'],
  served: 'ShopProduct',
  calls: [
    ['GET', '/rows', undefined, 200],
    [
      'POST',
      '/rows',
      { sku: 'L-2', stock: 1, categoryId: 1, added: '2026-02-03T04:05:06.789Z' },
      201,
    ],
    ['PATCH', '/rows/2', { stock: 7 }, 200],
  ],
  change: ['stock: z.int32(),', 'stock: z.int32(),\n    color: z.string().max(20).nullable(),'],
}

export const origins: readonly Origin[] = [alembic, prisma, rails, django]
