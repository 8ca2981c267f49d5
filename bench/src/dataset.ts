import { createHash } from 'node:crypto'
import type { Client } from 'pg'

/** The size of the dataset: a thousand users, and the number of tasks of each. */
export const userCount = 1000
export const tasksPerUser = 200

/** The users for `--scale`: some with few tasks, and some with very many. */
export const scaleUsers = {
  100: { prefix: 'few', users: 10, tasks: 100 },
  100_000: { prefix: 'many', users: 2, tasks: 100_000 },
} as const

export const userId = (number: number, prefix = 'user'): string =>
  `${prefix}-${String(number).padStart(4, '0')}`

/**
 * The id of a user's nth task, counted from 1.
 *
 * It is derived from both, so it need not be read back.
 */
export function taskId(user: string, number: number): string {
  const hex = createHash('md5').update(`${user}/${number}`).digest('hex')
  const id = `${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17)}`
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The tasks table of the reference backend, with the index for its list. */
const schema = `
  create table tasks (
    id uuid primary key default gen_random_uuid(),
    title varchar(200) not null,
    description varchar(2000),
    completed boolean not null default false,
    priority text not null default 'medium',
    due_at timestamptz(3),
    project_id uuid,
    user_id text not null,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now()
  );
  create index tasks_user_id_created_at_idx on tasks (user_id, created_at);
`

// md5 with the two fixed digits of a version 4 UUID, the same as taskId()
const idSql = `overlay(overlay(md5(u || '/' || n) placing '4' from 13) placing '8' from 17)::uuid`

/**
 * Creates the tasks.
 *
 * They have texts of several lengths, some of them not ASCII, and some nulls in each nullable
 * column.
 */
const fill = `
  insert into tasks
  select ${idSql}, 'Task ' || n || ' of ' || u || case n % 5 when 0 then ': “Müsli” \\ "über" 🌱' else '' end,
    case n % 3 when 0 then null else repeat('What is to be done here. ', 1 + n % 4) end,
    n % 2 = 0, (array['low', 'medium', 'high'])[1 + n % 3],
    case n % 4 when 0 then null else timestamptz '2020-12-01 09:30:00+00' + n * interval '1 hour' end,
    case n % 6 when 0 then ${idSql} else null end,
    u, timestamptz '2020-01-01 00:00:00.123+00' + n * interval '61.001 seconds',
    timestamptz '2020-01-02 00:00:00.5+00' + n * interval '61 seconds'
  from (select $1 || '-' || lpad(i::text, 4, '0') as u from generate_series(0, $2::int - 1) i) users,
    generate_series(1, $3::int) n
`

export async function createTables(db: Client): Promise<void> {
  await db.query(schema)
  await addTasks(db, { prefix: 'user', users: userCount, tasks: tasksPerUser })
}

export async function addTasks(
  db: Client,
  { prefix, users, tasks }: { prefix: string; users: number; tasks: number },
): Promise<void> {
  await db.query(fill, [prefix, users, tasks])
  await db.query('vacuum (analyze) tasks')
}

/**
 * Deletes the rows that `create` inserted, and vacuums dead rows. All lists keep their length.
 */
export async function tidy(db: Client): Promise<void> {
  await db.query(`delete from tasks where created_at > timestamptz '2021-01-01'`)
  await db.query('vacuum tasks')
  await db.query('checkpoint')
}
