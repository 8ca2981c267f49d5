import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './test-api.ts'

let test: TestApi
const rows = 23

interface Task {
  readonly id: string
  readonly title: string
  readonly dueAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

// Many equal values of each kind, and a third without a date: the hard cases of cursor pagination.
beforeAll(async () => {
  test = await startTestApi()
  await test.database.execute(sql`
    insert into tasks (title, due_at, user_id, created_at, updated_at)
    select
      (array['a', 'A', 'ä', 'b', ' ', '🦊'])[1 + i % 6],
      case when i % 3 = 0 then null else timestamptz '2031-01-01' + (i % 4) * interval '1 day' end,
      'ann',
      timestamptz '2026-01-01' + (i % 5) * interval '1 millisecond',
      timestamptz '2026-02-01' + (i % 2) * interval '1 second'
    from generate_series(1, ${sql.raw(String(rows))}) as i
    union all
    select 'bob’s', null, 'bob', now(), now() from generate_series(1, 5)`)
})
afterAll(() => test.close())

/** Reads all rows of a list page by page, with the cursor or the Link header. */
async function walk(query: string, by: 'cursor' | 'link'): Promise<Task[][]> {
  const pages: Task[][] = []
  let path: string | undefined = `/api/tasks?${query}`
  while (path !== undefined) {
    const answer = await test.call('ann', 'GET', path)
    expect(answer.status, answer.text).toBe(200)
    pages.push(answer.body.items)
    const { next } = answer.body
    const link = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
    expect(link === undefined).toBe(next === null)
    path =
      next === null
        ? undefined
        : by === 'link'
          ? link
          : `/api/tasks?${query}&cursor=${encodeURIComponent(next)}`
    expect(pages.length).toBeLessThanOrEqual(rows)
  }
  return pages
}

const fields = ['createdAt', 'updatedAt', 'dueAt', 'title'] as const

describe.each(fields.flatMap((field) => [field, `-${field}`]))('sorted by %s', (sort) => {
  const field = sort.replace('-', '') as (typeof fields)[number]

  it.each([1, 4, 22, 23])('returns each row once, with %i rows per page', async (limit) => {
    const pages = await walk(`sort=${sort}&limit=${limit}`, limit === 4 ? 'link' : 'cursor')
    const all = pages.flat()
    expect(new Set(all.map((task) => task.id)).size).toBe(rows)
    expect(all).toHaveLength(rows)
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true)
    expect(pages.at(-1)?.length).toBeGreaterThan(0)
  })

  it('returns the same order page by page as at once, with missing values last', async () => {
    const at = (await walk(`sort=${sort}&limit=100`, 'cursor')).flat()
    const by = (await walk(`sort=${sort}&limit=3`, 'cursor')).flat()
    expect(by).toEqual(at)
    const values = at.map((task) => task[field])
    const some = values.filter((value) => value !== null)
    expect(values.slice(some.length).every((value) => value === null)).toBe(true)
    if (field !== 'title') {
      const sorted = some.toSorted()
      expect(some).toEqual(sort.startsWith('-') ? sorted.toReversed() : sorted)
    }
    const reverse = (await walk(`sort=${sort.startsWith('-') ? field : `-${field}`}`, 'link'))
      .flat()
      .filter((task) => task[field] !== null)
    expect(reverse.toReversed().map((task) => task.id)).toEqual(
      at.filter((task) => task[field] !== null).map((task) => task.id),
    )
  })
})

describe('a page', () => {
  it('has twenty rows, newest first, by default', async () => {
    const { body } = await test.call('ann', 'GET', '/api/tasks')
    expect(body.items).toHaveLength(20)
    const same = await test.call('ann', 'GET', '/api/tasks?sort=-createdAt&limit=20')
    expect(same.body).toEqual(body)
  })

  it('keeps the filters in its link', async () => {
    const pages = await walk('q=a&limit=2&sort=title', 'link')
    expect(pages.flat().every((task) => task.title.toLowerCase() === 'a')).toBe(true)
    expect(pages.flat()).toHaveLength(7)
  })

  it('does not skip rows when the row of its cursor is deleted', async () => {
    const first = (await test.call('ann', 'GET', '/api/tasks?limit=5&sort=title')).body
    const gone = first.items.at(-1)
    await test.database.execute(sql`delete from tasks where id = ${gone.id}`)
    const rest = await walk(`limit=50&sort=title&cursor=${first.next}`, 'cursor')
    expect(rest.flat()).toHaveLength(rows - 5)
    await test.database.execute(sql`insert into tasks (id, title, user_id, created_at, updated_at)
      values (${gone.id}, ${gone.title}, 'ann', ${gone.createdAt}, ${gone.updatedAt})`)
  })
})

describe('an invalid cursor', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const id = '00000000-0000-4000-8000-000000000000'

  it.each([
    ['empty', ''],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['no list', encode({ sort: 'dueAt' })],
    ['a part too few', encode(['dueAt', null])],
    ['a part too many', encode(['dueAt', null, id, 1])],
    ['of another order', encode(['title', 'a', id])],
    ['of the other direction', encode(['-dueAt', null, id])],
    ['no id', encode(['dueAt', null, 'x'])],
    ['an id in SQL', encode(['dueAt', null, "' or 1=1 --"])],
    ['no date', encode(['dueAt', 'x', id])],
    ['a date that does not exist', encode(['dueAt', '2031-02-30T00:00:00.000Z', id])],
    ['a year that Postgres has not', encode(['dueAt', '0000-01-01T00:00:00.000Z', id])],
    ['a number', encode(['dueAt', 1, id])],
    ['too long', 'x'.repeat(1001)],
  ])('is refused: %s', async (_, cursor) => {
    const query = new URLSearchParams({ sort: 'dueAt', cursor })
    const answer = await test.call('ann', 'GET', `/api/tasks?${query.toString()}`)
    expect(answer.status, answer.text).toBe(422)
    expect(answer.body.errors).toMatchObject([{ in: 'query', path: ['cursor'] }])
  })

  it.each([
    ['null where there is always a value', 'title', null],
    ['null for a date that is always there', 'createdAt', null],
    ['text that Postgres cannot hold', 'title', 'a\0b'],
    ['half a surrogate pair', 'title', '\ud800'],
  ])('is refused: %s', async (_, sort, value) => {
    const query = new URLSearchParams({ sort, cursor: encode([sort, value, id]) })
    const answer = await test.call('ann', 'GET', `/api/tasks?${query.toString()}`)
    expect(answer.status, answer.text).toBe(422)
    expect(answer.body.errors).toMatchObject([{ in: 'query', path: ['cursor'] }])
  })
})
