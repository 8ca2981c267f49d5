import type { Change } from './checks.ts'

/** A prepared statement that returns JSON as one text. */
export interface Statement {
  readonly name: string
  readonly text: string
}

const columns = `id, title, description, completed, priority, due_at as "dueAt", project_id as "projectId",
  user_id as "userId", created_at as "createdAt", updated_at as "updatedAt"`

const rowOf = (rows: string): string =>
  `with row as (${rows}) select row_to_json(row)::text from row`

export const statements = {
  list: {
    name: 'list',
    text: `select coalesce(json_agg(task)::text, '[]') from (
      select ${columns} from tasks where user_id = $1 order by created_at desc limit 20) task`,
  },
  read: {
    name: 'read',
    text: `select row_to_json(task)::text from (
      select ${columns} from tasks where id = $1 and user_id = $2) task`,
  },
  create: {
    name: 'create',
    text: rowOf(`insert into tasks (title, description, completed, priority, due_at, project_id, user_id)
      values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`),
  },
} as const satisfies Record<string, Statement>

const columnOf: Readonly<Record<keyof Change, string>> = {
  title: 'title',
  description: 'description',
  completed: 'completed',
  priority: 'priority',
  dueAt: 'due_at',
  projectId: 'project_id',
}

const textOf = (value: string | boolean | null | undefined): string | null =>
  value === undefined || value === null ? null : String(value)

const updates = new Map<string, Statement>()

/**
 * Returns the update of these fields: one prepared statement per set of fields, at most 64.
 *
 * Its first two values are the id and the user.
 */
export function updateOf(change: Change): { statement: Statement; values: (string | null)[] } {
  const fields = Object.keys(change) as (keyof Change)[]
  const key = fields.join()
  let statement = updates.get(key)
  if (statement === undefined) {
    const sets = fields.map((field, at) => `${columnOf[field]} = $${at + 3}`)
    const text = `update tasks set ${[...sets, 'updated_at = now()'].join(', ')}
      where id = $1 and user_id = $2 returning ${columns}`
    statement = { name: `update ${key}`, text: rowOf(text) }
    updates.set(key, statement)
  }
  return { statement, values: fields.map((field) => textOf(change[field])) }
}
