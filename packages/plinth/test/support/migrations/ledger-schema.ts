// A schema is data: splitting it would hide the cycles in it.
/* oxlint-disable max-lines, max-lines-per-function */
import { type SQL, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgMaterializedView,
  pgPolicy,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  createdAt,
  decimal,
  field,
  id,
  model,
  owner,
  references,
  serialId,
} from '../../../src/index.ts'
import type { ModelStep } from './walk-models.ts'

const key = () => uuid('id').defaultRandom().primaryKey().notNull()
const made = () =>
  timestamp('created_at', { withTimezone: true, mode: 'string' })
    .default(sql`timezone('utc'::text, now())`)
    .notNull()
const amount = (name: string) => numeric(name, { precision: 10, scale: 2, mode: 'number' })

/** An accounting app of 49 tables, with the first `change` of its ten changes. */
export function ledgerSchema(change: number) {
  const has = (step: number): boolean => change >= step
  const status = pgEnum(
    'transaction_status',
    has(1) ? ['posted', 'pending', 'excluded'] : ['posted', 'pending', 'excluded', 'archived'],
  )
  const plan = pgEnum(
    'plan',
    has(2) ? ['trial', 'starter', 'pro', 'scale'] : ['trial', 'starter', 'pro'],
  )
  const bankType = pgEnum('account_type', ['depository', 'credit', 'other_asset', 'loan'])
  const inboxStatus = pgEnum(
    'inbox_status',
    has(9) ? ['new', 'matched', 'archived'] : ['new', 'done', 'archived'],
  )
  const invoiceStatus = pgEnum('invoice_status', ['draft', 'overdue', 'paid', 'unpaid', 'canceled'])
  const billing = pgSchema('billing')
  const cycle = billing.enum('cycle', ['monthly', 'yearly'])
  const counter = pgSequence('invoice_counter', { startWith: 1000, increment: has(6) ? 5 : 1 })
  const mine = (column: string): SQL =>
    sql.raw(
      `${column} in (select team_id from users_on_team where user_id = (current_setting('app.user', true))::uuid)`,
    )
  const teamOnly = (name: string) =>
    pgPolicy(name, {
      as: 'permissive',
      for: 'all',
      to: ['public'],
      using: has(8) ? sql`team_id is not null` : mine('team_id'),
    })
  const teamId = () =>
    uuid('team_id')
      .notNull()
      .references((): AnyPgColumn => teams.id, { onDelete: 'cascade' })

  const teams = pgTable(
    'teams',
    {
      id: key(),
      name: text('name'),
      plan: plan('plan')
        .default(has(2) ? 'scale' : 'trial')
        .notNull(),
      baseCurrency: has(3)
        ? varchar('base_currency', { length: 3 }).default('USD')
        : text('base_currency').default('USD'),
      inboxId: text('inbox_id').default(sql`substr(md5(random()::text), 1, 10)`),
      country: text('country_code'),
      settings: jsonb('settings').default({ a: 1 }),
      canceledAt: timestamp('canceled_at', { withTimezone: true }),
      createdAt: made(),
    },
    (t) => [
      unique('teams_inbox_id_key').on(t.inboxId),
      check('teams_country', sql`length(country_code) = 2`),
    ],
  )
  const users = pgTable(
    'users',
    {
      id: uuid('id').primaryKey().notNull(),
      fullName: text('full_name'),
      email: text('email'),
      teamId: uuid('team_id').references(() => teams.id, { onDelete: 'set null' }),
      weekStartsOnMonday: boolean('week_starts_on_monday').default(false),
      timeFormat: has(4)
        ? smallint('time_format').default(24)
        : numeric('time_format').default(sql`'24'::numeric`),
      invitedBy: uuid('invited_by').references((): AnyPgColumn => users.id, {
        onDelete: has(5) ? 'cascade' : 'set null',
      }),
      createdAt: made(),
    },
    (t) => [
      index('users_team').using('btree', t.teamId.asc().nullsLast().op('uuid_ops')),
      uniqueIndex('users_email').on(sql`lower(${t.email})`),
      pgPolicy('users_self', {
        for: 'select',
        using: sql`id = (current_setting('app.user', true))::uuid`,
      }),
    ],
  )
  const usersOnTeam = pgTable(
    'users_on_team',
    {
      userId: uuid('user_id').notNull(),
      teamId: uuid('team_id').notNull(),
      id: uuid('id').defaultRandom().notNull(),
      role: text('role', { enum: ['owner', 'member'] }),
    },
    (t) => [
      primaryKey({ columns: [t.userId, t.teamId, t.id], name: 'members_pkey' }),
      foreignKey({
        columns: [t.teamId],
        foreignColumns: [teams.id],
        name: 'users_on_team_team_id_fkey',
      })
        .onUpdate('cascade')
        .onDelete('cascade'),
      foreignKey({
        columns: [t.userId],
        foreignColumns: [users.id],
        name: 'users_on_team_user_id_fkey',
      }).onDelete('cascade'),
      index('users_on_team_team').on(t.teamId),
    ],
  )
  const invites = pgTable(
    'user_invites',
    {
      id: key(),
      teamId: teamId(),
      email: text('email'),
      code: text('code').default(sql`encode(sha256(random()::text::bytea), 'hex')`),
      invitedBy: uuid('invited_by').references(() => users.id),
    },
    (t) => [unique('invites_unique').on(t.teamId, t.email), unique('invites_code').on(t.code)],
  )
  const apiKeys = pgTable(
    'api_keys',
    {
      id: key(),
      teamId: teamId(),
      userId: uuid('user_id')
        .notNull()
        .references(() => users.id),
      keyHash: text('key_hash').notNull(),
      scopes: text('scopes')
        .array()
        .notNull()
        .default(sql`'{}'::text[]`),
      lastUsedAt: timestamp('last_used_at'),
    },
    (t) => [unique('api_keys_hash').on(t.keyHash), teamOnly('api_keys_team')],
  )
  const connections = pgTable(
    'bank_connections',
    {
      id: key(),
      teamId: teamId(),
      institutionId: text('institution_id').notNull(),
      status: text('status').default('connected'),
      expiresAt: timestamp('expires_at'),
      error: json('error_details'),
    },
    (t) => [
      unique('bank_connections_once').on(t.institutionId, t.teamId),
      index('bank_connections_bad')
        .on(t.teamId)
        .where(sql`status <> 'connected'`),
    ],
  )
  const bankAccounts = pgTable(
    'bank_accounts',
    {
      id: key(),
      teamId: teamId(),
      connectionId: uuid('bank_connection_id').references(() => connections.id, {
        onUpdate: 'cascade',
        onDelete: 'cascade',
      }),
      name: text('name'),
      type: bankType('type'),
      balance: has(1)
        ? numeric('balance', { precision: 14, scale: 2 }).default('0')
        : numeric('balance', { precision: 10, scale: 2 }).default('0'),
      currency: text('currency'),
      isEnabled: boolean('enabled').default(true).notNull(),
      accountId: text('account_id').notNull(),
    },
    (t) => [index('bank_accounts_connection').on(t.connectionId), teamOnly('bank_accounts_team')],
  )
  const categories = pgTable(
    'transaction_categories',
    {
      id: uuid('id').defaultRandom().notNull(),
      teamId: teamId(),
      name: text('name').notNull(),
      slug: text('slug').notNull(),
      color: text('color'),
      parentId: uuid('parent_id'),
      taxRate: numeric('tax_rate', { precision: 5, scale: 2 }),
      isSystem: boolean('system').default(false),
    },
    (t) => [
      primaryKey({ columns: [t.teamId, t.slug] }),
      unique('unique_team_slug').on(t.teamId, t.slug),
      unique('transaction_categories_id').on(t.id),
      foreignKey({
        columns: [t.parentId],
        foreignColumns: [t.id],
        name: 'categories_parent',
      }).onDelete('cascade'),
    ],
  )
  const transactions = pgTable(
    'transactions',
    {
      id: key(),
      date: date('date').notNull(),
      name: text('name').notNull(),
      description: text('description'),
      method: has(3)
        ? bankType('method').notNull().default('other_asset')
        : text('method').notNull().default('other_asset'),
      amount: amount('amount').notNull(),
      currency: text('currency').notNull(),
      teamId: teamId(),
      accountId: uuid('bank_account_id').references(() => bankAccounts.id),
      internalId: text('internal_id').notNull(),
      status: status('status').default('posted'),
      category: text('category_slug'),
      isRecurring: boolean('recurring'),
      frequency: has(6)
        ? text('frequency')
        : interval('frequency').default(sql`interval '1 month'`),
      isManual: boolean('manual').default(false),
      tax: amount('tax_amount'),
      net: amount('net').generatedAlwaysAs(
        has(7) ? sql`amount - coalesce(tax_amount, 0)` : sql`amount`,
      ),
      words: text('words').generatedAlwaysAs(
        sql`lower((coalesce(name, '') || ' ' || coalesce(description, '')))`,
      ),
      isDone: boolean('is_done').generatedAlwaysAs(sql`status = 'posted' and amount is not null`),
      createdAt: made(),
    },
    (t) => [
      index('transactions_team_date').on(t.teamId, t.date.desc(), t.name),
      index('transactions_open')
        .on(t.teamId)
        .where(sql`status = 'pending' and not manual`),
      index('transactions_words').using('gin', sql`to_tsvector('english', words)`),
      index('transactions_is_done').on(t.isDone),
      unique('transactions_internal_id_key').on(t.internalId),
      foreignKey({
        columns: [t.teamId, t.category],
        foreignColumns: [categories.teamId, categories.slug],
        name: 'transactions_category',
      }),
      check('transactions_status', sql`status <> 'excluded' or amount <> 0`),
      teamOnly('transactions_team'),
      pgPolicy('transactions_posted', { for: 'select', using: sql`status = 'posted'` }),
    ],
  )
  const attachments = pgTable('transaction_attachments', {
    id: key(),
    transactionId: uuid('transaction_id').references(() => transactions.id, {
      onDelete: 'set null',
    }),
    teamId: teamId(),
    type: text('type').notNull(),
    size: has(4)
      ? bigint('size', { mode: 'number' }).notNull().default(0)
      : text('size').notNull().default('0'),
    path: text('path').array(),
  })
  const tags = pgTable(
    'tags',
    { id: key(), teamId: teamId(), name: text('name').notNull() },
    (t) => [
      has(5)
        ? unique('unique_tag_name').on(t.teamId, t.name).nullsNotDistinct()
        : unique('unique_tag_name').on(t.teamId, t.name),
    ],
  )
  const transactionTags = pgTable(
    'transaction_tags',
    {
      id: key(),
      teamId: teamId(),
      tagId: uuid('tag_id')
        .notNull()
        .references(() => tags.id, { onDelete: 'cascade' }),
      transactionId: uuid('transaction_id')
        .notNull()
        .references(() => transactions.id, { onDelete: 'cascade' }),
    },
    (t) => [unique('unique_tag').on(t.tagId, t.transactionId)],
  )
  const customers = pgTable(
    'customers',
    {
      id: key(),
      teamId: teamId(),
      name: text('name').notNull(),
      email: text('email').notNull(),
      vat: text('vat_number'),
      token: text('token').default('').notNull(),
      fts: text('fts').generatedAlwaysAs(
        has(7)
          ? sql`lower(name || ' ' || email || ' ' || coalesce(vat_number, ''))`
          : sql`lower(name || ' ' || email)`,
      ),
    },
    (t) => [
      index('customers_fts').using('gin', sql`to_tsvector('english', fts)`),
      unique('customers_fts_key').on(t.teamId, t.fts),
      check('customers_fts_check', sql`fts <> ''`),
    ],
  )
  const customerTags = pgTable(
    'customer_tags',
    {
      customerId: uuid('customer_id')
        .notNull()
        .references(() => customers.id),
      tagId: uuid('tag_id')
        .notNull()
        .references(() => tags.id),
    },
    (t) => [primaryKey({ columns: [t.customerId, t.tagId] })],
  )
  const templates = pgTable('invoice_templates', {
    id: key(),
    teamId: teamId(),
    title: text('title'),
    logo: text('logo_url'),
    size: text('size', { enum: ['a4', 'letter'] }).default('a4'),
    dueDays: integer('payment_terms_days').default(30),
    lines: jsonb('lines').default([]),
  })
  const invoices = pgTable(
    'invoices',
    {
      id: key(),
      number: integer('invoice_number')
        .default(sql`nextval('invoice_counter')`)
        .notNull(),
      teamId: teamId(),
      customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'set null' }),
      templateId: uuid('template_id').references(() => templates.id),
      status: invoiceStatus('status').default('draft').notNull(),
      total: amount('amount'),
      vat: amount('vat'),
      discount: doublePrecision('discount').default(0),
      items: jsonb('line_items'),
      issuedAt: timestamp('issue_date', { withTimezone: true }),
      dueAt: timestamp('due_date', { withTimezone: true }).default(
        sql`now() + '30 days'::interval`,
      ),
      paidAt: timestamp('paid_at'),
      recurringId: uuid('recurring_id').references((): AnyPgColumn => recurring.id, {
        onDelete: 'set null',
      }),
    },
    (t) => [
      unique('invoices_number').on(t.teamId, t.number),
      index('invoices_due')
        .on(t.teamId, t.dueAt)
        .where(has(8) ? sql`status in ('unpaid', 'overdue')` : sql`status = 'unpaid'`),
      index('invoices_items').using('gin', t.items),
      check('invoices_paid', sql`(status <> 'paid'::invoice_status) or (paid_at is not null)`),
    ],
  )
  const recurring = pgTable(
    'invoice_recurring',
    {
      id: key(),
      teamId: teamId(),
      lastInvoiceId: uuid('last_invoice_id').references((): AnyPgColumn => invoices.id),
      frequency: text('frequency').notNull(),
      everyDays: integer('every_days'),
    },
    () => [check('recurring_days', sql`frequency <> 'custom' or every_days between 1 and 366`)],
  )
  const comments = pgTable('invoice_comments', {
    id: key(),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    text: text('text'),
  })
  const inbox = pgTable(
    'inbox',
    {
      id: key(),
      teamId: teamId(),
      fileName: text('file_name'),
      status: inboxStatus('status').default('new'),
      transactionId: uuid('transaction_id').references(() => transactions.id, {
        onDelete: 'set null',
      }),
      amount: amount('amount'),
      meta: has(6) ? jsonb('meta') : json('meta'),
      day: date('date'),
      blob: text('display_name'),
      referenceId: text('reference_id'),
    },
    (t) => [
      index('inbox_new')
        .on(t.teamId)
        .where(sql`status = 'new'`),
      unique('inbox_reference').on(t.referenceId),
    ],
  )
  const inboxAccounts = pgTable(
    'inbox_accounts',
    {
      id: key(),
      teamId: teamId(),
      provider: text('provider').notNull(),
      email: text('email').notNull(),
      accessToken: text('access_token').notNull(),
    },
    () => [uniqueIndex('inbox_accounts_email').on(sql`lower(email)`)],
  )
  const matches = pgTable(
    'match_suggestions',
    {
      id: key(),
      inboxId: uuid('inbox_id')
        .notNull()
        .references(() => inbox.id, { onDelete: 'cascade' }),
      transactionId: uuid('transaction_id')
        .notNull()
        .references(() => transactions.id, { onDelete: 'cascade' }),
      confidence: numeric('confidence_score', { precision: 4, scale: 3 }).notNull(),
      status: text('status').default('pending').notNull(),
    },
    (t) => [
      unique('match_once').on(t.inboxId, t.transactionId),
      index('match_best')
        .on(t.confidence.desc().nullsLast())
        .where(sql`status = 'pending'`),
    ],
  )
  const documents = pgTable(
    'documents',
    {
      id: key(),
      teamId: teamId(),
      name: text('name'),
      parentId: text('parent_id'),
      metadata: jsonb('metadata'),
      pathTokens: text('path_tokens').array(),
      title: text('title'),
      body: text('body'),
      ownerId: uuid('owner_id').references(() => users.id),
    },
    (t) => [
      index('documents_tokens').using('gin', t.pathTokens.asc().op('array_ops')),
      index('documents_words').using(
        'gin',
        sql`to_tsvector('english', coalesce(title, '') || ' ' || coalesce(body, ''))`,
      ),
    ],
  )
  const documentTags = pgTable(
    'document_tags',
    { id: key(), name: text('name').notNull(), slug: text('slug').notNull(), teamId: teamId() },
    (t) => [unique('unique_slug_per_team').on(t.slug, t.teamId)],
  )
  const documentTagOf = pgTable(
    'document_tag_assignments',
    {
      documentId: uuid('document_id')
        .notNull()
        .references(() => documents.id, { onDelete: 'cascade' }),
      tagId: uuid('tag_id')
        .notNull()
        .references(() => documentTags.id, { onDelete: 'cascade' }),
      teamId: teamId(),
    },
    (t) => [
      primaryKey({ columns: [t.documentId, t.tagId] }),
      unique('document_tag_assignments_unique').on(t.documentId, t.tagId),
      index('idx_document_tag_of_document').on(t.documentId),
    ],
  )
  const reports = pgTable(
    'reports',
    {
      id: key(),
      linkId: text('link_id'),
      teamId: teamId(),
      from: timestamp('from'),
      to: timestamp('to'),
      kind: text('type'),
      expiresAt: timestamp('expire_at'),
    },
    () => [check('reports_range', sql`"from" < "to"`)],
  )
  const trackerProjects = pgTable('tracker_projects', {
    id: key(),
    teamId: teamId(),
    name: text('name').notNull(),
    rate: numeric('rate', { precision: 10, scale: 2 }),
    status: text('status', { enum: ['in_progress', 'completed'] })
      .default('in_progress')
      .notNull(),
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'cascade' }),
  })
  const trackerEntries = pgTable(
    'tracker_entries',
    {
      id: key(),
      projectId: uuid('project_id').references(() => trackerProjects.id, { onDelete: 'cascade' }),
      assignedId: uuid('assigned_id').references(() => users.id),
      start: timestamp('start'),
      stop: timestamp('stop'),
      duration: has(9) ? bigint('duration', { mode: 'bigint' }) : integer('duration'),
      day: date('date').default(sql`CURRENT_DATE`),
    },
    (t) => [index('tracker_entries_day').on(t.projectId, t.day.desc())],
  )
  const trackerTags = pgTable(
    'tracker_project_tags',
    {
      id: key(),
      projectId: uuid('tracker_project_id')
        .notNull()
        .references(() => trackerProjects.id),
      tagId: uuid('tag_id')
        .notNull()
        .references(() => tags.id),
    },
    (t) => [unique('project_tag').on(t.projectId, t.tagId)],
  )
  const rates = pgTable(
    'exchange_rates',
    {
      id: key(),
      base: text('base'),
      rate: numeric('rate', { precision: 10, scale: 2 }),
      target: text('target'),
      updatedAt: timestamp('updated_at'),
    },
    (t) => [unique('unique_rate').on(t.base, t.target)],
  )
  const apps = pgTable(
    'apps',
    {
      id: key(),
      teamId: uuid('team_id')
        .defaultRandom()
        .references(() => teams.id),
      config: jsonb('config'),
      appId: text('app_id').notNull(),
      settings: jsonb('settings').default(sql`'[]'::jsonb`),
    },
    (t) => [unique('unique_app').on(t.appId, t.teamId)],
  )
  const oauthApps = pgTable('oauth_applications', {
    id: key(),
    slug: text('slug').notNull().unique('oauth_slug'),
    clientId: text('client_id').notNull().unique(),
    redirects: text('redirect_uris').array().notNull(),
    scopes: text('scopes').array().default([]),
    isPublic: boolean('is_public').default(false),
    teamId: teamId(),
  })
  const oauthCodes = pgTable('oauth_authorization_codes', {
    code: varchar('code', { length: has(2) ? 100 : 64 }).primaryKey(),
    applicationId: uuid('application_id')
      .notNull()
      .references(() => oauthApps.id, { onDelete: 'cascade' }),
    usedAt: timestamp('used_at'),
    challenge: text('code_challenge'),
  })
  const oauthTokens = pgTable(
    'oauth_access_tokens',
    {
      id: key(),
      token: text('token').notNull(),
      code: varchar('code', { length: has(2) ? 100 : 64 }).references(() => oauthCodes.code),
      refresh: text('refresh_token').unique(),
      revoked: boolean('revoked').default(false),
    },
    (t) => [
      index('oauth_tokens_live')
        .on(t.token)
        .where(sql`revoked = false`),
    ],
  )
  const activities = pgTable(
    'activities',
    {
      id: key(),
      teamId: teamId(),
      userId: uuid('user_id').references(() => users.id, { onDelete: 'set null' }),
      type: text('type').notNull(),
      priority: smallint('priority').default(sql`'5'`),
      status: text('status').default('unread'),
      metadata: jsonb('metadata').notNull().default({}),
    },
    (t) => [
      index('activities_unread')
        .on(t.teamId, t.priority)
        .where(sql`status = any (array['unread'::text, 'read'::text])`),
      index('activities_metadata').using('gin', t.metadata.op('jsonb_path_ops')),
    ],
  )
  const subscriptions = billing.table(
    'subscriptions',
    {
      tenant: uuid('tenant')
        .notNull()
        .references(() => teams.id),
      number: integer('number').generatedAlwaysAsIdentity(),
      cycle: cycle('cycle').default('monthly').notNull(),
      price: amount('price').default(0),
    },
    (t) => [primaryKey({ columns: [t.tenant, t.number] })],
  )
  const payments = billing.table(
    'payments',
    {
      id: integer('id')
        .primaryKey()
        .generatedByDefaultAsIdentity({ startWith: has(6) ? 500 : 100 }),
      tenant: uuid('tenant').notNull(),
      subscription: integer('subscription_number').notNull(),
      paid: amount('paid').notNull(),
    },
    (t) => [
      foreignKey({
        columns: [t.tenant, t.subscription],
        foreignColumns: [subscriptions.tenant, subscriptions.number],
        name: 'payments_of',
      }),
      ...(has(7) ? [index('payments_paid').on(t.paid)] : []),
    ],
  )
  const usage = billing.table(
    has(9) ? 'consumption' : 'usage',
    {
      tenant: uuid('tenant')
        .notNull()
        .references(() => teams.id),
      day: date('day').notNull(),
      count: integer('count').default(0),
    },
    (t) => [primaryKey({ columns: [t.tenant, t.day] })],
  )
  const old = has(8)
    ? {}
    : {
        pins: pgTable('pins', {
          id: key(),
          documentId: uuid('document_id').references(() => documents.id),
        }),
      }

  const Budget = model('budgets', {
    id: id(),
    name: z.string().max(has(1) ? 120 : 80),
    limit: decimal({ precision: 12, scale: 2, min: '0' }),
    spent: decimal({ precision: 12, scale: 2 }).default('0'),
    left: field(decimal({ precision: 13, scale: 2 }), { generated: sql`"limit" - spent` }),
    teamId: field(z.uuid(), { references: () => teams.id, onDelete: 'cascade', index: true }),
  })
  const BudgetLine = model('budget_lines', {
    id: serialId(),
    budgetId: references(() => Budget, { onDelete: 'cascade' }),
    period: z.enum(has(10) ? ['month', 'quarter', 'year'] : ['month', 'year']).default('month'),
    amount: decimal({ precision: 12, scale: 2 }),
  })
  const Rule = model(
    'rules',
    {
      id: id(),
      match: z.string().min(1),
      actions: z.array(z.object({ set: z.string() })).default([]),
      isOn: has(4) ? z.boolean().default(true) : z.int32().min(0).max(1).default(1),
      userId: owner(),
    },
    (t) => [index('rules_match').on(sql`lower(${t.match})`)],
  )
  const Import = model('imports', {
    id: id(),
    file: z.string(),
    rows: z.int32().nullable(),
    mapping: z.record(z.string(), z.string()),
    ...(has(10) ? { finishedAt: z.date().nullable() } : {}),
    createdAt: createdAt(),
  })
  const Chat = model('chats', {
    id: id(),
    title: has(3) ? z.string().default('New') : z.string().nullable(),
    userId: owner(),
    createdAt: createdAt(),
  })
  const Message = model('messages', {
    id: serialId(),
    chatId: references(() => Chat, { onDelete: 'cascade' }),
    replyTo: field(z.int32().nullable(), { references: (): AnyPgColumn => Message.id }),
    parts: z.array(z.json()),
    userId: owner(),
  })
  const Report = model('saved_reports', {
    slug: field(z.string().max(50), { primaryKey: true }),
    year: field(z.int32(), { primaryKey: true }),
    columns: z.array(z.string()),
    note: has(10) ? z.string().default('') : z.string().nullable(),
  })
  const Note = model('notes', {
    id: id(),
    text: z.string().max(2000),
    documentId: field(z.uuid().nullable(), {
      references: () => documents.id,
      onDelete: 'set null',
    }),
    userId: owner(),
  })
  const Export = model(
    'exports',
    {
      id: serialId(),
      format: z.enum(['csv', 'pdf']),
      from: z.iso.date(),
      to: z.iso.date(),
      size: z.bigint().nullable(),
    },
    (t) => [check('exports_range', sql`${t.from} <= ${t.to}`)],
  )
  const Holiday = model('holidays', {
    day: field(z.iso.date(), { primaryKey: true }),
    name: z.string(),
  })
  const Link = model(
    'short_links',
    {
      code: field(z.string().max(12), { primaryKey: true }),
      url: z.url(),
      hits: z.int().default(0),
    },
    (t) => [check('short_links_code', sql`${t.code} ~ '^[a-z0-9]+$'`)],
  )

  const spending = pgView('spending').as((query) =>
    query
      .select({
        team: transactions.teamId,
        amount: transactions.amount,
        status: transactions.status,
      })
      .from(transactions),
  )
  const totals = pgMaterializedView('monthly_totals', {
    month: date('month'),
    total: numeric('total'),
  }).as(
    has(5)
      ? sql`select date_trunc('month', date)::date as month, sum(amount) as total from transactions where status = 'posted' group by 1`
      : sql`select date_trunc('month', date)::date as month, sum(amount) as total from transactions group by 1`,
  )

  return {
    status,
    plan,
    bankType,
    inboxStatus,
    invoiceStatus,
    billing,
    cycle,
    counter,
    teams,
    users,
    usersOnTeam,
    invites,
    apiKeys,
    connections,
    bankAccounts,
    categories,
    transactions,
    attachments,
    tags,
    transactionTags,
    customers,
    customerTags,
    templates,
    invoices,
    recurring,
    comments,
    inbox,
    inboxAccounts,
    matches,
    documents,
    documentTags,
    documentTagOf,
    reports,
    trackerProjects,
    trackerEntries,
    trackerTags,
    rates,
    apps,
    oauthApps,
    oauthCodes,
    oauthTokens,
    activities,
    subscriptions,
    payments,
    usage,
    ...old,
    Budget,
    BudgetLine,
    Rule,
    Import,
    Chat,
    Message,
    Report,
    Note,
    Export,
    Holiday,
    Link,
    spending,
    totals,
  }
}

const [t, u, x] = ['1', '2', '3'].map((end) => `'00000000-0000-4000-8000-00000000000${end}'`)
const rows = `
  insert into teams (id, name, country_code) values (${t}, 'Team', 'DE');
  insert into users (id, full_name, email, team_id) values (${u}, 'Ann', 'ann@example.com', ${t});
  insert into users_on_team (user_id, team_id, role) values (${u}, ${t}, 'owner');
  insert into transaction_categories (team_id, name, slug) values (${t}, 'Travel', 'travel');
  insert into bank_connections (team_id, institution_id) values (${t}, 'bank');
  insert into bank_accounts (team_id, account_id, type, balance) values (${t}, 'a', 'credit', 5);
  insert into transactions (id, date, name, amount, currency, team_id, internal_id, category_slug, status, tax_amount) values
    (${x}, '2026-01-01', 'Train', 12.5, 'EUR', ${t}, 'i1', 'travel', 'pending', 1), (gen_random_uuid(), '2026-01-02', 'Bus', 2, 'EUR', ${t}, 'i2', null, default, null);
  insert into transaction_attachments (transaction_id, team_id, type, size, path) values (${x}, ${t}, 'pdf', '12', '{a,b}');
  insert into tags (team_id, name) values (${t}, 'a');
  insert into customers (team_id, name, email) values (${t}, 'Eve', 'eve@example.com');
  insert into invoices (team_id, amount) values (${t}, 100);
  insert into invoice_recurring (team_id, frequency, last_invoice_id) select ${t}, 'monthly', id from invoices;
  insert into inbox (team_id, status, meta, reference_id) values (${t}, 'done', '{"a": 1}', 'r1'), (${t}, default, null, null);
  insert into documents (team_id, name, path_tokens) values (${t}, 'a', '{a}');
  insert into pins (document_id) select id from documents;
  insert into tracker_projects (team_id, name) values (${t}, 'Site');
  insert into tracker_entries (project_id, duration) select id, 60 from tracker_projects;
  insert into oauth_applications (slug, client_id, redirect_uris, team_id) values ('app', 'c', '{https://example.com}', ${t});
  insert into oauth_authorization_codes (code, application_id) select 'code', id from oauth_applications;
  insert into oauth_access_tokens (token, code) values ('token', 'code');
  insert into activities (team_id, type) values (${t}, 'x');
  insert into billing.subscriptions (tenant) values (${t});
  insert into billing.payments (tenant, subscription_number, paid) values (${t}, 1, 9);
  insert into billing.usage (tenant, day) values (${t}, '2026-01-01');
  insert into budgets (name, "limit", team_id) values ('Year', 100, ${t});
  insert into budget_lines (budget_id, amount) select id, 5 from budgets;
  insert into rules (match, user_id) values ('train', 'u');
  insert into chats (title, user_id) values (null, 'u');
  insert into messages (chat_id, parts, user_id) select id, '[]', 'u' from chats;
  insert into saved_reports (slug, year, columns) values ('a', 2026, '[]');`

/** The schema with rows, and its ten changes. */
export const ledgerSteps = (): ModelStep[] => {
  const change = (step: number, options: Omit<ModelStep, 'models'>): ModelStep => ({
    models: ledgerSchema(step),
    ...options,
  })
  return [
    change(0, { rows }),
    change(1, { allow: ['drop-enum-value'] }),
    change(2, {}),
    change(3, { allow: ['narrow-type'], backfill: ["chats.title='New'"] }),
    change(4, { allow: ['narrow-type', 'change-type'] }),
    change(5, {}),
    change(6, { allow: ['change-type', 'narrow-type'] }),
    change(7, { allow: ['generated-column'] }),
    change(8, { allow: ['drop-table'] }),
    change(9, {
      allow: ['change-type'],
      rename: ['inbox_status.done:inbox_status.matched', 'billing.usage:billing.consumption'],
    }),
    change(10, { backfill: ["saved_reports.note=''"] }),
  ]
}
