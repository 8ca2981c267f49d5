// A schema is data: splitting it would hide the cycles in it.
/* oxlint-disable max-lines, max-lines-per-function */
import { randomUUID } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgPolicy,
  pgTable,
  primaryKey,
  serial,
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
  deletedAt,
  field,
  fromTable,
  id,
  model,
  owner,
  references,
  serialId,
  updatedAt,
  version,
} from '../../../src/index.ts'
import type { ModelStep } from './walk-models.ts'

const key = () =>
  text('id')
    .primaryKey()
    .$defaultFn(() => randomUUID())
const made = () => timestamp('created_at', { mode: 'date' }).defaultNow().notNull()
const stamps = () => ({
  createdAt: made(),
  updatedAt: timestamp('updated_at', { mode: 'date' })
    .defaultNow()
    .notNull()
    .$onUpdate(() => new Date()),
})
const own = (of: string): SQL => sql.raw(`${of} = (select current_setting('app.user_id', true))`)

/** A project management app of 36 tables, with the first `change` of its ten changes. */
export function kanbanSchema(change: number) {
  const has = (step: number): boolean => change >= step
  const priorities = has(1)
    ? (['low', 'high', 'urgent'] as const)
    : (['none', 'low', 'high', 'urgent'] as const)
  const priority = pgEnum('priority', priorities)
  const role = pgEnum(
    'member_role',
    has(10) ? ['owner', 'lead', 'member'] : ['owner', 'admin', 'member'],
  )
  const channel = pgEnum('channel', has(4) ? ['email', 'slack', 'push'] : ['email', 'slack'])

  const user = pgTable('user', {
    id: key(),
    name: text('name').notNull(),
    email: text('email').notNull().unique(),
    emailVerified: boolean('email_verified').default(false).notNull(),
    locale: has(3) ? text('locale').default('en') : varchar('locale', { length: 5 }).default('en'),
    isAnonymous: boolean('is_anonymous').default(sql`false`),
    ...stamps(),
  })
  const session = pgTable(
    'session',
    {
      id: key(),
      token: text('token').notNull().unique(),
      expiresAt: timestamp('expires_at').notNull(),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      activeTeam: text('active_team_id').references((): AnyPgColumn => team.id, {
        onDelete: 'set null',
      }),
      ...stamps(),
    },
    (t) => [
      index('session_user').on(t.userId),
      index('session_live')
        .on(t.expiresAt)
        .where(sql`active_team_id is not null`),
    ],
  )
  const account = pgTable(
    'account',
    {
      id: key(),
      providerId: text('provider_id').notNull(),
      accountId: text('account_id').notNull(),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      scope: has(5) ? jsonb('scope').default([]) : text('scope').default('[]'),
      ...stamps(),
    },
    (t) => [unique().on(t.providerId, t.accountId)],
  )
  const verification = pgTable('verification', {
    id: key(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: timestamp('expires_at').default(sql`now() + interval '1 hour'`),
  })
  const jwks = pgTable('jwks', {
    id: key(),
    publicKey: text('public_key').notNull(),
    privateKey: text('private_key').notNull(),
    createdAt: made(),
  })
  const apiKey = pgTable(
    'api_key',
    {
      id: key(),
      key: text('key').notNull(),
      start: text('start').generatedAlwaysAs(has(7) ? sql`upper(left(key, 6))` : sql`left(key, 4)`),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      remaining: has(3)
        ? bigint('remaining', { mode: 'number' }).default(100)
        : integer('remaining').default(100),
      permissions: text('permissions')
        .array()
        .default(sql`'{}'::text[]`),
      metadata: jsonb('metadata').default({}),
    },
    (t) => [
      uniqueIndex('api_key_key').on(sql`lower(${t.key})`),
      index('api_key_start').on(t.start),
      index('api_key_permissions').using('gin', t.permissions),
    ],
  )
  const deviceCode = pgTable('device_code', {
    id: key(),
    code: text('code').notNull().unique('device_code_code'),
    userId: text('user_id').references(() => user.id),
    interval: integer('polling_interval').default(sql`(5)`),
    expiresAt: timestamp('expires_at').notNull(),
  })

  const workspace = pgTable(
    'workspace',
    {
      id: key(),
      name: text('name').notNull(),
      slug: text('slug').notNull().unique(),
      logo: text('logo'),
      ownerId: text('owner_id')
        .notNull()
        .references(() => user.id, { onDelete: 'restrict', onUpdate: 'cascade' }),
      defaultTeam: text('default_team_id').references((): AnyPgColumn => team.id),
      ...stamps(),
    },
    (t) => [
      pgPolicy('workspace_owner', {
        for: 'all',
        to: 'public',
        using: has(8) ? sql`${t.ownerId} = current_user or true` : own('owner_id'),
      }),
    ],
  )
  const team = pgTable(
    'team',
    {
      id: key(),
      name: text('name').notNull(),
      workspaceId: text('workspace_id')
        .notNull()
        .references((): AnyPgColumn => workspace.id, { onDelete: 'cascade' }),
      createdAt: made(),
    },
    (t) => [unique('team_name').on(t.workspaceId, t.name)],
  )
  const teamMember = pgTable(
    'team_member',
    {
      teamId: text('team_id')
        .notNull()
        .references(() => team.id, { onDelete: 'cascade' }),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      role: role('role').notNull().default('member'),
      joinedAt: timestamp('joined_at', { withTimezone: true }).default(sql`timezone('utc', now())`),
    },
    (t) => [
      primaryKey({ columns: [t.teamId, t.userId] }),
      index().on(t.role),
      unique('team_member_same').on(t.teamId, t.userId),
    ],
  )
  const workspaceMember = pgTable(
    'workspace_member',
    {
      workspaceId: text('workspace_id')
        .notNull()
        .references(() => workspace.id, { onDelete: 'cascade' }),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      roles: role('roles')
        .array()
        .notNull()
        .default(sql`'{member}'`),
    },
    (t) => [primaryKey({ name: 'workspace_member_key', columns: [t.workspaceId, t.userId] })],
  )
  const invitation = pgTable(
    'invitation',
    {
      id: key(),
      workspaceId: text('workspace_id')
        .notNull()
        .references(() => workspace.id, { onDelete: 'cascade' }),
      email: text('email').notNull(),
      role: role('role'),
      status: text('status').default('pending').notNull(),
      inviterId: text('inviter_id')
        .notNull()
        .references(() => user.id),
      note: has(9) ? text('note').notNull() : text('note'),
    },
    (t) => [
      uniqueIndex('invitation_open')
        .on(t.workspaceId, sql`lower(email)`)
        .where(has(8) ? sql`status in ('pending', 'sent')` : sql`status = 'pending'`),
      check('invitation_status', sql`${t.status} in ('pending', 'sent', 'accepted', 'rejected')`),
    ],
  )

  const project = pgTable(
    'project',
    {
      id: key(),
      workspaceId: text('workspace_id')
        .notNull()
        .references(() => workspace.id, { onDelete: 'cascade' }),
      slug: text('slug').notNull(),
      icon: text('icon').default('Layout'),
      name: text('name').notNull(),
      description: text('description'),
      search: text('search').generatedAlwaysAs(
        has(7)
          ? sql`lower(name || ' ' || coalesce(description, '') || ' ' || slug)`
          : sql`lower(name || ' ' || coalesce(description, ''))`,
      ),
      isPublic: boolean('is_public').default(false),
      archivedAt: timestamp('archived_at'),
      createdAt: made(),
    },
    (t) => [
      unique('project_slug').on(t.workspaceId, t.slug),
      index('project_live')
        .on(t.workspaceId, t.createdAt.desc())
        .where(sql`archived_at is null`),
      index('project_words').using('gin', sql`to_tsvector('simple', search)`),
      check('project_search', sql`length(search) > 0`),
    ],
  )
  const column = pgTable(
    'column',
    {
      id: key(),
      projectId: text('project_id')
        .notNull()
        .references(() => project.id, { onDelete: 'cascade', onUpdate: 'cascade' }),
      name: text('name').notNull(),
      position: integer('position').notNull().default(0),
      isFinal: boolean('is_final').notNull().default(false),
    },
    (t) => [unique().on(t.projectId, t.position)],
  )
  const task = pgTable(
    'task',
    {
      id: key(),
      projectId: text('project_id')
        .notNull()
        .references(() => project.id, { onDelete: 'cascade' }),
      columnId: text('column_id').references(() => column.id, { onDelete: 'set null' }),
      parentId: text('parent_id').references((): AnyPgColumn => task.id, {
        onDelete: has(10) ? 'cascade' : 'set null',
      }),
      assignee: text('assignee_id').references(() => user.id),
      number: integer('number').notNull().default(1),
      ...(has(2) ? { heading: text('heading').notNull() } : { title: text('title').notNull() }),
      priority: priority('priority')
        .notNull()
        .default(has(1) ? 'low' : 'none'),
      estimate: has(3) ? text('estimate').default('0') : integer('estimate').default(0),
      tags: text('tags')
        .array()
        .notNull()
        .default(sql`array[]::text[]`),
      isUrgent: boolean('is_urgent').generatedAlwaysAs(sql`priority = 'urgent'`),
      dueDate: date('due_date').default(sql`current_date + 7`),
      ...stamps(),
    },
    (t) => [
      unique('task_number').on(t.projectId, t.number),
      index('task_urgent')
        .on(t.projectId)
        .where(sql`priority = 'urgent'`),
      index('task_tags').using('gin', t.tags),
      index('task_is_urgent').on(t.isUrgent),
      check('task_priority', sql`priority is not null or number > 0`),
      check('task_parent', sql`${t.parentId} <> ${t.id}`),
      pgPolicy('task_assigned', {
        for: 'select',
        using: sql`assignee_id = current_user or priority = 'urgent'`,
      }),
    ],
  )
  const taskRelation = pgTable(
    'task_relation',
    {
      from: text('source_task_id').notNull(),
      to: text('target_task_id').notNull(),
      kind: text('kind', { enum: ['blocks', 'relates'] }).notNull(),
    },
    (t) => [
      has(6)
        ? primaryKey({ columns: [t.from, t.to, t.kind] })
        : primaryKey({ columns: [t.from, t.to] }),
      foreignKey({ columns: [t.from], foreignColumns: [task.id] }).onDelete('cascade'),
      foreignKey({ columns: [t.to], foreignColumns: [task.id], name: 'task_relation_to' }).onDelete(
        'cascade',
      ),
    ],
  )
  const timeEntry = pgTable(
    'time_entry',
    {
      id: serial('id').primaryKey(),
      taskId: text('task_id')
        .notNull()
        .references(() => task.id, { onDelete: 'cascade' }),
      userId: text('user_id').references(() => user.id, { onDelete: 'set null' }),
      startTime: timestamp('start_time').notNull(),
      endTime: timestamp('end_time'),
      seconds: integer('duration').generatedAlwaysAs(
        sql`extract(epoch from (end_time - start_time))::int`,
      ),
    },
    () => [check('time_entry_order', sql`end_time is null or end_time >= start_time`)],
  )
  const activity = pgTable(
    has(10) ? 'event' : 'activity',
    {
      id: serial('id').primaryKey(),
      taskId: text('task_id')
        .notNull()
        .references(() => task.id, { onDelete: 'cascade' }),
      type: text('type').notNull(),
      data: jsonb('event_data')
        .$type<object>()
        .default(sql`jsonb_build_object('v', 1)`),
      userId: text('user_id').references(() => user.id),
      createdAt: made(),
    },
    (t) => [index().on(t.taskId), index('activity_data').using('gin', t.data.op('jsonb_path_ops'))],
  )
  const notification = pgTable(
    'notification',
    {
      id: key(),
      userId: text('user_id')
        .notNull()
        .references(() => user.id, { onDelete: 'cascade' }),
      channel: channel('channel')
        .notNull()
        .default(has(4) ? 'push' : 'email'),
      isRead: boolean('is_read').default(false),
      ...(has(6) ? { readAt: timestamp('read_at') } : {}),
      createdAt: made(),
    },
    (t) => [
      index('notification_unread')
        .on(t.userId)
        .where(sql`not is_read`),
    ],
  )
  const preference = pgTable('user_notification_preference', {
    userId: text('user_id')
      .primaryKey()
      .references(() => user.id, { onDelete: 'cascade' }),
    channels: channel('channels').array().default(['email']),
    quiet: smallint('quiet_hours').default(sql`'8'`),
  })
  const integration = pgTable(
    'integration',
    {
      id: key(),
      projectId: text('project_id')
        .notNull()
        .references(() => project.id, { onDelete: 'cascade' }),
      type: text('type').notNull(),
      config: text('config').notNull().default('{}'),
      isActive: boolean('is_active').default(true),
    },
    (t) => [
      uniqueIndex('integration_active')
        .on(t.projectId, t.type)
        .where(sql`is_active`),
    ],
  )
  const workflowRule = pgTable('workflow_rule', {
    id: key(),
    integrationId: text('integration_id').references(() => integration.id),
    columnId: text('column_id').references(() => column.id),
    projectId: text('project_id')
      .notNull()
      .references(() => project.id),
    event: text('event_type').notNull(),
  })
  const asset = pgTable('asset', {
    id: uuid('id').defaultRandom().primaryKey(),
    objectKey: text('object_key').notNull().unique(),
    size: has(9)
      ? bigint('size', { mode: 'bigint' }).notNull().default(0n)
      : integer('size').notNull().default(0),
    uploadedBy: text('uploaded_by').references(() => user.id),
  })
  const legacy = has(5)
    ? {}
    : {
        legacy: pgTable(
          'legacy_import',
          { id: integer('id').primaryKey(), payload: jsonb('payload') },
          (t) => [index('legacy_payload').using('gin', t.payload)],
        ),
      }
  const added = has(4)
    ? {
        template: pgTable(
          'template',
          {
            id: uuid('id').primaryKey().defaultRandom(),
            priority: priority('priority').default('high'),
            workspaceId: text('workspace_id').references(() => workspace.id),
          },
          (t) => [index('template_workspace').on(t.workspaceId)],
        ),
      }
    : {}

  const User = fromTable(user, { hidden: ['email'] })
  const Goal = model('goals', {
    id: id(),
    title: z
      .string()
      .min(1)
      .max(has(3) ? 200 : 100),
    userId: owner(),
    ...(has(2) ? { target: z.int32().min(0).default(10) } : {}),
    version: version(),
    createdAt: createdAt(),
  })
  const KeyResult = model('key_results', {
    id: id(),
    goalId: references(() => Goal, { onDelete: 'cascade' }),
    value: z.number().default(0),
    level: z.enum(has(7) ? ['red', 'green', 'gray'] : ['red', 'green']).default('red'),
    userId: owner(),
  })
  const Comment = model(
    'comments',
    {
      id: serialId(),
      text: z.string().max(5000),
      taskId: field(z.string(), { references: () => task.id, onDelete: 'cascade' }),
      parentId: field(z.int32().nullable(), { references: (): AnyPgColumn => Comment.id }),
      editedAt: z.date().nullable(),
      deletedAt: deletedAt(),
    },
    (t) => [index('comments_task').on(t.taskId, t.id)],
  )
  const Label = model(
    'labels',
    {
      id: id(),
      name: z.string().max(40),
      color: z.string().regex(/^#/).default('#fff'),
      workspaceId: field(z.string(), {
        references: () => workspace.id,
        onDelete: 'cascade',
        index: true,
      }),
    },
    (t) => [uniqueIndex('labels_name').on(t.workspaceId, sql`lower(name)`)],
  )
  const TaskLabel = model(
    'task_labels',
    {
      taskId: field(z.string(), {
        primaryKey: true,
        references: () => task.id,
        onDelete: 'cascade',
      }),
      labelId: references(() => Label, { primaryKey: true, onDelete: 'cascade' }),
    },
    (t) => [unique('task_labels_same').on(t.taskId, t.labelId)],
  )
  const View = model('saved_views', {
    id: id(),
    filters: z.object({ query: z.string().optional() }).default({}),
    columns: z.array(z.string()).default(['title']),
    isShared: has(6) ? z.boolean().default(true) : z.string().default('true'),
    userId: owner(),
    updatedAt: updatedAt(),
  })
  const Sprint = model(
    'sprints',
    {
      id: id(),
      name: z.string(),
      starts: z.iso.date(),
      ends: z.iso.date(),
      days: field(z.int32(), { generated: has(9) ? sql`ends - starts + 1` : sql`ends - starts` }),
      projectId: field(z.string(), { references: () => project.id, onDelete: 'cascade' }),
    },
    (t) => [check('sprints_order', sql`${t.starts} <= ${t.ends}`)],
  )
  const SprintTask = model('sprint_tasks', {
    sprintId: references(() => Sprint, { primaryKey: true }),
    taskId: field(z.string(), { primaryKey: true, references: () => task.id }),
    points: z
      .int32()
      .min(0)
      .max(has(8) ? 100 : 21)
      .default(1),
  })
  const Webhook = model('webhooks', {
    id: id(),
    url: z.url(),
    events: z.array(z.enum(['task', 'project'])),
    secret: field(z.string(), { hidden: true }),
    isOn: z.boolean().default(true),
    retries: has(5) ? z.int().default(3) : z.int32().default(3),
  })
  const Delivery = model(
    'deliveries',
    {
      id: id(),
      webhookId: references(() => Webhook, { onDelete: 'cascade' }),
      status: z.int32().nullable(),
      body: z.record(z.string(), z.json()),
      sentAt: z.date().default(() => new Date()),
    },
    (t) => [
      index('deliveries_failed')
        .on(t.webhookId)
        .where(sql`status >= 400`),
    ],
  )
  const Setting = model('settings', {
    key: field(z.string().max(60), { primaryKey: true }),
    value: z.json(),
  })
  const Audit = model(
    'audits',
    { id: serialId(), action: z.string(), at: createdAt(), actor: z.string().nullable() },
    (t) => [index('audits_at').on(t.at.desc())],
  )

  return {
    priority,
    role,
    channel,
    user,
    User,
    session,
    account,
    verification,
    jwks,
    apiKey,
    deviceCode,
    workspace,
    team,
    teamMember,
    workspaceMember,
    invitation,
    project,
    column,
    task,
    taskRelation,
    timeEntry,
    activity,
    notification,
    preference,
    integration,
    workflowRule,
    asset,
    ...legacy,
    ...added,
    Goal,
    KeyResult,
    Comment,
    Label,
    TaskLabel,
    View,
    Sprint,
    SprintTask,
    Webhook,
    Delivery,
    Setting,
    Audit,
  }
}

const rows = `
  insert into "user" (id, name, email) values ('u1', 'Ann', 'ann@example.com'), ('u2', 'Bob', 'bob@example.com');
  insert into account (id, provider_id, account_id, user_id) values ('a1', 'github', '1', 'u1');
  insert into api_key (id, key, user_id, permissions) values ('k1', 'abcdefgh', 'u1', '{read,write}');
  insert into workspace (id, name, slug, owner_id) values ('w1', 'Work', 'work', 'u1');
  insert into team (id, name, workspace_id) values ('t1', 'Team', 'w1');
  update workspace set default_team_id = 't1';
  insert into team_member (team_id, user_id, role) values ('t1', 'u1', 'admin'), ('t1', 'u2', default);
  insert into workspace_member (workspace_id, user_id, roles) values ('w1', 'u1', '{owner,admin}');
  insert into invitation (id, workspace_id, email, inviter_id, role) values ('i1', 'w1', 'Eve@example.com', 'u1', 'admin');
  insert into project (id, workspace_id, slug, name) values ('p1', 'w1', 'site', 'Site');
  insert into "column" (id, project_id, name) values ('c1', 'p1', 'To do');
  insert into task (id, project_id, column_id, number, title, priority, tags) values ('x1', 'p1', 'c1', 1, 'First', 'urgent', '{a}'), ('x2', 'p1', null, 2, 'Second', default, '{}');
  update task set parent_id = 'x1' where id = 'x2';
  insert into task_relation values ('x1', 'x2', 'blocks');
  insert into time_entry (task_id, start_time, end_time) values ('x1', '2026-01-01', '2026-01-02');
  insert into activity (task_id, type) values ('x1', 'created');
  insert into notification (id, user_id) values ('n1', 'u1');
  insert into user_notification_preference (user_id) values ('u1');
  insert into asset (object_key, size) values ('one', 5);
  insert into legacy_import values (1, '{}');
  insert into goals (title, user_id) values ('Ship', 'u1');
  insert into key_results (goal_id, user_id) select id, 'u1' from goals;
  insert into comments (text, task_id) values ('Hello', 'x1');
  insert into labels (name, workspace_id) values ('bug', 'w1');
  insert into task_labels select 'x1', id from labels;
  insert into saved_views (user_id) values ('u1');
  insert into sprints (name, starts, ends, project_id) values ('One', '2026-01-01', '2026-01-14', 'p1');
  insert into sprint_tasks (sprint_id, task_id) select id, 'x1' from sprints;
  insert into webhooks (url, events, secret) values ('https://example.com', '["task"]', 'x');
  insert into deliveries (webhook_id, status, body, sent_at) select id, 500, '{}', now() from webhooks;`

/** The schema with rows, and its ten changes. */
export const kanbanSteps = (): ModelStep[] => {
  const change = (step: number, options: Omit<ModelStep, 'models'>): ModelStep => ({
    models: kanbanSchema(step),
    ...options,
  })
  return [
    change(0, { rows }),
    change(1, {
      allow: ['drop-enum-value'],
      backfill: [
        "task.priority=case priority::text when 'none' then 'low' else priority::text end",
      ],
    }),
    change(2, { rename: ['task.title:task.heading'] }),
    change(3, { allow: ['change-type', 'narrow-type'] }),
    change(4, {}),
    change(5, { allow: ['drop-table', 'change-type', 'narrow-type'] }),
    change(6, { allow: ['add-primary-key', 'narrow-type', 'change-type'] }),
    change(7, { allow: ['generated-column'] }),
    change(8, {}),
    change(9, { allow: ['change-type', 'generated-column'], backfill: ["invitation.note='none'"] }),
    change(10, { rename: ['member_role.admin:member_role.lead', 'activity:event'] }),
  ]
}
