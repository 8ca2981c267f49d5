import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Answer, TestApi } from './test-api.ts'

/** The names that identify a row of each kind. */
interface Names {
  readonly owner: string
  readonly task: string
  readonly project: string
  readonly tag: string
  readonly tagName: string
}

interface Try {
  readonly method: string
  readonly path: string
  readonly body?: object
}
const get = (path: string): Try => ({ method: 'GET', path })
const head = (path: string): Try => ({ method: 'HEAD', path })
const remove = (path: string): Try => ({ method: 'DELETE', path })
const post = (path: string, body?: object): Try => ({ method: 'POST', path, ...(body && { body }) })
const patch = (path: string, body: object): Try => ({ method: 'PATCH', path, body })

const orders = ['createdAt', 'updatedAt', 'dueAt', 'title'].flatMap((field) => [field, `-${field}`])
const valueIn = (order: string) => (order.endsWith('title') ? 'm' : '2031-01-01T00:00:00.000Z')
const cursor = (order: string, id: string) =>
  Buffer.from(JSON.stringify([order, valueIn(order), id])).toString('base64url')

/**
 * The ways to refer to another user's rows, by operation.
 *
 * By id, by filter, in a body, in a cursor. `its` are the names to try, and `own` those of the caller's rows.
 */
export const tries: Readonly<Record<string, (its: Names, own: Names) => readonly Try[]>> = {
  'me.read': () => [get('/api/me')],
  'projects.list': () => [get('/api/projects'), head('/api/projects')],
  'projects.create': (its) => [
    post('/api/projects', { name: 'x' }),
    post('/api/projects', { name: 'x', id: its.project }),
    post('/api/projects', { name: 'x', userId: its.owner }),
  ],
  'projects.read': ({ project }) => [
    get(`/api/projects/${project}`),
    head(`/api/projects/${project}`),
  ],
  'projects.update': ({ project, owner }) => [
    patch(`/api/projects/${project}`, { name: 'taken' }),
    patch(`/api/projects/${project}`, { userId: owner }),
  ],
  'projects.remove': ({ project }) => [remove(`/api/projects/${project}`)],
  'tags.list': () => [get('/api/tags')],
  'tags.create': (its) => [
    post('/api/tags', { name: `x ${randomUUID()}` }),
    post('/api/tags', { name: 'x', userId: its.owner }),
  ],
  'tags.update': ({ tag }) => [patch(`/api/tags/${tag}`, { name: `x ${randomUUID()}` })],
  'tags.remove': ({ tag }) => [remove(`/api/tags/${tag}`)],
  'tasks.list': (its) => [
    get('/api/tasks?limit=100'),
    head('/api/tasks?limit=100'),
    get(`/api/tasks?projectId=${its.project}`),
    get(`/api/tasks?tag=${its.tagName}`),
    get(`/api/tasks?q=${its.owner}`),
    get('/api/tasks?completed=false&priority=medium&dueAfter=2000-01-01T00:00:00Z'),
    ...orders.flatMap((order) => [
      get(`/api/tasks?limit=1&sort=${order}`),
      get(`/api/tasks?sort=${order}&cursor=${cursor(order, its.task)}`),
    ]),
  ],
  'tasks.create': (its) => [
    post('/api/tasks', { title: 'x' }),
    post('/api/tasks', { title: 'x', projectId: its.project }),
    post('/api/tasks', { title: 'x', tagIds: [its.tag] }),
    post('/api/tasks', { title: 'x', userId: its.owner }),
    post('/api/tasks', { title: 'x', id: its.task }),
  ],
  'tasks.watch': () => [get('/api/tasks/live')],
  'tasks.stats': () => [get('/api/tasks/stats')],
  'tasks.read': ({ task }) => [get(`/api/tasks/${task}`), head(`/api/tasks/${task}`)],
  'tasks.update': (its, own) => [
    patch(`/api/tasks/${its.task}`, { title: 'taken' }),
    patch(`/api/tasks/${its.task}`, {}),
    patch(`/api/tasks/${its.task}`, { tagIds: [] }),
    patch(`/api/tasks/${its.task}`, { tagIds: [own.tag] }),
    patch(`/api/tasks/${own.task}`, { tagIds: [its.tag] }),
    patch(`/api/tasks/${own.task}`, { projectId: its.project }),
    patch(`/api/tasks/${own.task}`, { userId: its.owner }),
  ],
  'tasks.complete': ({ task }) => [post(`/api/tasks/${task}/complete`)],
  'tasks.remove': ({ task }) => [remove(`/api/tasks/${task}`)],
}

/**
 * Tries every operation as Bob on Ann's rows, and returns everything that he could read or change.
 *
 * The oracle is the database: Ann's rows before and after, and a sequence that a trigger advances when a statement
 * touches her rows, which a rollback does not undo.
 */
export async function isolation({ call, database, empty }: TestApi): Promise<string[]> {
  await empty()
  await watch(database)
  const ann = await seed(database, 'ann-s-secret')
  const leaks: string[] = []
  let before = await stateOf(database)
  for (const [operation, triesOf] of Object.entries(tries)) {
    const say = (what: string, { method, path, body }: Try) =>
      leaks.push(`${operation} ${what}: ${method} ${path} ${JSON.stringify(body) ?? ''}`)
    const bob = await seed(database, 'bob')
    const unknown = strangers()
    for (const [at, attempt] of triesOf(ann, bob).entries()) {
      const answer = await call('bob', attempt.method, attempt.path, attempt.body)
      const after = await stateOf(database)
      if (after !== before) say('changes what is another’s', attempt)
      before = after
      if (shows(answer, ann, attempt)) say('shows what is another’s', attempt)
      if (answer.status >= 500) say(`answers ${answer.status}`, attempt)
      const twin = triesOf(unknown, bob)[at] as Try
      const other = await call('bob', twin.method, twin.path, twin.body)
      if (essence(answer) !== essence(other)) say('tells that it is there', attempt)
    }
    // The same on his own rows must succeed, or the requests above might be refused for another reason.
    const own = triesOf(bob, bob)
    const answers: Answer[] = []
    for (const { method, path, body } of own) answers.push(await call('bob', method, path, body))
    if (!answers.some(({ status }) => status < 300)) say('refuses the owner', own[0] as Try)
    for (const [at, { body }] of answers.entries())
      if (body?.userId !== undefined && body.userId !== 'bob')
        say('makes rows of another’s', own[at] as Try)
  }
  return [...leaks, ...(await influence({ call, database }))]
}

/** Compares Bob's reads with and without Ann's rows: a count or an order can reveal rows without naming one. */
async function influence({
  call,
  database,
}: Pick<TestApi, 'call' | 'database'>): Promise<string[]> {
  const bob = await seed(database, 'bob')
  const reads = Object.entries(tries).flatMap(([operation, triesOf]) =>
    triesOf(bob, bob)
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => ({ operation, path })),
  )
  const answers = async () => {
    const all: string[] = []
    for (const { path } of reads) all.push(bytesOf(await call('bob', 'GET', path)))
    return all
  }
  const before = await answers()
  for (const table of tables)
    await database.execute(sql`delete from ${sql.identifier(table)} where user_id = 'ann-s-secret'`)
  const after = await answers()
  return reads
    .filter((_, at) => before[at] !== after[at])
    .map(({ operation, path }) => `${operation} tells of what is another’s: GET ${path}`)
}

const strangers = (): Names => ({
  owner: 'nobody-s-secret',
  task: randomUUID(),
  project: randomUUID(),
  tag: randomUUID(),
  tagName: 'nobody-s-tag',
})

/** Different for both users: ids break ties, so equal values would make another user's id seem to matter. */
const dueOf = (owner: string) => (owner === 'bob' ? '2032-01-01' : '2031-01-01')

/** Inserts one row of each kind with SQL, because the routes that create rows are under test. */
async function seed(database: TestApi['database'], owner: string): Promise<Names> {
  const names = { ...strangers(), owner, tagName: `${owner}-${randomUUID()}` }
  const { project, tag, task, tagName } = names
  await database.execute(
    sql`insert into projects (id, name, user_id) values (${project}, ${`project of ${owner}`}, ${owner})`,
  )
  await database.execute(
    sql`insert into tags (id, name, user_id) values (${tag}, ${tagName}, ${owner})`,
  )
  await database.execute(sql`insert into tasks (id, title, description, due_at, project_id, user_id)
    values (${task}, ${`task of ${owner}`}, ${`about ${owner}`}, ${dueOf(owner)}, ${project}, ${owner})`)
  await database.execute(
    sql`insert into task_tags (task_id, tag_id, user_id) values (${task}, ${tag}, ${owner})`,
  )
  return names
}

const tables = ['projects', 'tags', 'tasks', 'task_tags'] as const

/** Advances a sequence whenever one of Ann's rows is about to be written. */
async function watch(database: TestApi['database']): Promise<void> {
  await database.execute(sql`create sequence touches`)
  await database.execute(sql`create function note_touch() returns trigger language plpgsql as $$
    begin
      if coalesce(old.user_id, new.user_id) = 'ann-s-secret' then perform nextval('touches'); end if;
      return coalesce(new, old);
    end $$`)
  for (const table of tables)
    await database.execute(sql`create trigger note_touch before insert or update or delete
      on ${sql.identifier(table)} for each row execute function note_touch()`)
}

/** Ann's rows, the rows next to them, and the references of other users' rows to them. */
async function stateOf(database: TestApi['database']): Promise<string> {
  const { rows } = await database.execute(sql`
    select md5(string_agg(row, '|' order by row)) as rows,
      (select last_value from touches) as touches
    from (
      ${sql.join(
        tables.map(
          (table) =>
            sql`select ${table} || t::text as row from ${sql.identifier(table)} t where user_id = 'ann-s-secret'`,
        ),
        sql` union all `,
      )}
      union all select 'crossing ' || t.id from tasks t join projects p on p.id = t.project_id
        where p.user_id <> t.user_id
      union all select 'crossing ' || t.tag_id from task_tags t join tags on tags.id = t.tag_id
        where tags.user_id <> t.user_id
      union all select 'ownerless ' || id from tasks where user_id not in ('ann-s-secret', 'bob')
      union all select 'ownerless ' || id from tags where user_id not in ('ann-s-secret', 'bob')
      union all select 'ownerless ' || id from projects where user_id not in ('ann-s-secret', 'bob')
    ) as everything`)
  return JSON.stringify(rows)
}

const bytesOf = ({ status, headers, text }: Answer): string =>
  [status, ...[...headers].filter(([name]) => name !== 'x-request-id'), text].join('\n')

/** Returns true if a response contains anything of Ann's, except for values that the caller sent. */
function shows(answer: Answer, ann: Names, attempt: Try): boolean {
  const sent = JSON.stringify(attempt)
  const bytes = bytesOf(answer)
  return Object.values(ann).some((name) => bytes.includes(name) && !sent.includes(name))
}

const changing = /[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z|;r=\d+;t=\d+/g

/** A response without ids, times and the state of the rate limit, which differ each time. */
const essence = (answer: Answer): string => bytesOf(answer).replaceAll(changing, '…')
