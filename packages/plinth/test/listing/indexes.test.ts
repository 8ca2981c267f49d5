// The indexes that a list's orders use, and the warnings about orders without one.
import { eq, sql } from 'drizzle-orm'
import { date, getTableConfig, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
  dependency,
  field,
  fromTable,
  id,
  insert,
  listing,
  model,
  owner,
  router,
} from 'plinth'
import { client } from 'plinth/client'
import { testDatabase } from 'plinth/testing'

const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }

describe('an order without an index', () => {
  const fields = {
    id: id(),
    title: z.string(),
    slug: field(z.string(), { unique: true }),
    dueAt: z.date().nullable(),
    userId: owner(),
    createdAt: createdAt(),
  }
  const warningsOf = async (declare: () => { readonly query: z.ZodType }): Promise<string[]> => {
    const log: string[] = []
    const warn = (_: object, message: string) => void log.push(message)
    const list = router('/rows').get('/', { query: declare().query }, () => [])
    await app({ title: 'x', routes: { rows: { list } }, log: { ...silent, warn } }).start()
    return log
  }
  it('is reported at startup with the missing index', async () => {
    const Bare = model('bares', fields)
    expect(
      await warningsOf(() =>
        listing(Bare, { sort: ['-title', 'dueAt', '-dueAt'], indexes: false }),
      ),
    ).toEqual([
      `listing of "bares": no index serves the sort order "-title", so each page sorts all rows. Add index('bares_title_list_idx').on(t.userId, t.title, t.id) to the model's third argument. If each page belongs to one project, pass within: ['projectId']`,
      `listing of "bares": "title", which the sort order "-title" uses, may be too long for a cursor, and the next page would be refused. Give it a .max() of at most 1500`,
      `listing of "bares": no index serves the sort order "dueAt", so each page sorts all rows. Add index('bares_due_at_list_idx').on(t.userId, t.dueAt, t.id) to the model's third argument. If each page belongs to one project, pass within: ['projectId']`,
      `listing of "bares": no index serves the sort order "-dueAt", so each page sorts all rows. Add index('bares_due_at_down_list_idx').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc().nullsLast()) to the model's third argument. If each page belongs to one project, pass within: ['projectId']`,
    ])
  })
  it('is reported for a text that does not fit in a cursor, because the next page would be refused', async () => {
    const long = model('long', {
      id: id(),
      title: z.string(),
      text: z.string().max(1501).nullable(),
      fits: z.string().max(1500),
      word: z.enum(['a', 'b']),
      at: z.iso.datetime(),
    })
    const sort = ['title', '-text', 'fits', 'word', 'at'] as const
    const told = await warningsOf(() => listing(long, { sort }))
    expect(told.filter((text) => text.includes('cursor'))).toEqual(
      (['title', '-text'] as const).map(
        (order) =>
          `listing of "long": "${order.replace('-', '')}", which the sort order "${order}" uses, may be too long for a cursor, and the next page would be refused. Give it a .max() of at most 1500`,
      ),
    )
  })
  it('fits in a cursor for every text that is not reported', async () => {
    const Long = model('longest', { id: id(), fits: z.string().max(1500) })
    const own = await testDatabase({ models: { Long } })
    const longest = listing(Long, { sort: ['fits'], limit: { default: 1 } })
    const at = router('/longest', { dependencies: { db: dependency(() => own) } })
    const list = at.get('/', { query: longest.query, response: longest.response }, (context) =>
      longest.run(context),
    )
    await insert(own, Long, [{ fits: '\u4e00'.repeat(1500) }, { fits: '\u9fa5'.repeat(1500) }])
    const api = app({ title: 'x', routes: { list: { list } } })
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const { next } = await c.get('/longest')
    const { items } = await c.get('/longest', { query: { cursor: next ?? '' } })
    expect(items).toHaveLength(1)
    await own.close()
  })
  it('is not reported if an index matches it, forwards or backwards', async () => {
    const Indexed = model('indexed', fields, (t) => [
      index('a').on(t.userId, t.title, t.id),
      index('b').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc()), // Drizzle's default is nulls last
      uniqueIndex('c').on(t.userId, t.createdAt.desc(), t.id.desc()),
    ])
    const sort = ['title', '-title', '-dueAt', 'createdAt', '-createdAt'] as const
    expect(await warningsOf(() => listing(Indexed, { sort }))).toEqual([])
    const [told] = await warningsOf(() => listing(Indexed, { sort: ['dueAt'], indexes: false }))
    expect(told).toContain('.on(t.userId, t.dueAt, t.id)')
  })
  it('may use an index that starts with a field that is fixed per page, such as a tenant', async () => {
    const tenants = {
      ...fields,
      tenant: field(z.string(), { hidden: true }),
      room: z.string(),
    }
    const Tenants = model('tenants', tenants, (t) => [
      index('a').on(t.tenant, t.createdAt, t.id),
      index('b').on(t.room, t.tenant, t.dueAt, t.id),
    ])
    const by = (within: readonly ('tenant' | 'room')[], sort: 'createdAt' | 'dueAt') =>
      warningsOf(() => listing(Tenants, { sort: [sort], within, indexes: false }))
    expect(await by(['tenant'], 'createdAt')).toEqual([])
    expect(await by(['tenant', 'room'], 'dueAt')).toEqual([])
    expect(await by(['tenant'], 'dueAt')).toEqual([
      `listing of "tenants": no index serves the sort order "dueAt", so each page sorts all rows. Add index('tenants_due_at_list_idx').on(t.tenant, t.dueAt, t.id) to the model's third argument`,
    ])
    expect(await by([], 'dueAt')).toEqual([expect.stringContaining('.on(t.dueAt, t.id)')])
    expect(() => listing(Tenants, { within: ['tennant' as 'tenant'] })).toThrow(
      'listing of "tenants": it has no field "tennant"',
    )
  })
  it('gets an index from the listing, unless the model declares one or the text may be too long', async () => {
    const Filled = model(
      'filled',
      { ...fields, name: z.string().max(600), room: z.string() },
      (t) => [
        index('own').on(t.userId, t.createdAt, t.id),
        index('filled_user_id_name_idx')
          .on(t.name)
          .where(sql`name <> ''`),
      ],
    )
    const sort = ['-createdAt', 'createdAt', 'dueAt', '-dueAt', '-name', 'name', 'title'] as const
    const warnings = [
      ...(await warningsOf(() => listing(Filled, { sort }))),
      ...(await warningsOf(() =>
        listing(Filled, { sort: ['dueAt', '-dueAt'], search: ['title'] }),
      )),
      ...(await warningsOf(() =>
        listing(Filled, { sort: ['createdAt', '-name'], within: ['room'] }),
      )),
      ...(await warningsOf(() => listing(Filled, { sort: ['userId'] }))),
    ]
    expect(warnings.filter((text) => text.includes('no index'))).toEqual([
      expect.stringContaining('the sort order "title"'),
      expect.stringContaining('the sort order "userId"'),
    ])
    const made = getTableConfig(Filled).indexes.map(({ config }) => [
      config.name,
      config.columns.map((part) => {
        const { name, indexConfig } = part as unknown as {
          name: string
          indexConfig: { order: string; nulls: string }
        }
        return `${name} ${indexConfig.order} ${indexConfig.nulls}`
      }),
    ])
    const [due, name] = ['due_at', 'name'].map((column) => (direction: string) => [
      'user_id asc last',
      `${column} ${direction} last`,
      `id ${direction} last`,
    ])
    expect(made.slice(3)).toEqual([
      ['filled_user_id_due_at_idx', due?.('asc')],
      ['filled_user_id_due_at_down_idx', due?.('desc')],
      ['filled_user_id_name_list_idx', name?.('asc')],
      ['filled_room_created_at_idx', ['room asc last', 'created_at asc last', 'id asc last']],
      ['filled_room_name_idx', ['room asc last', 'name asc last', 'id asc last']],
    ])
  })
  it('gets no index on an existing table, and is reported', async () => {
    const table = pgTable('existing', { key: text().primaryKey(), at: date() })
    const Existing = fromTable(table)
    const [told] = await warningsOf(() => listing(Existing, { sort: ['at'] }))
    expect(told).toContain("Add index('existing_at_list_idx').on(t.at, t.key)")
    expect(getTableConfig(table).indexes).toEqual([])
  })
  it('is reported despite a partial index, one in another order, or one with fewer columns', async () => {
    const Nearly = model('nearly', fields, (t) => [
      index('a')
        .on(t.userId, t.title, t.id)
        .where(sql`title <> ''`),
      index('b').on(t.title, t.id),
      index('c').on(t.userId, t.title),
      index('d').on(t.userId, t.title, t.id.desc()),
      index('e').using('brin', t.userId, t.title, t.id),
      index('f').on(t.userId, t.title.op('text_pattern_ops'), t.id),
    ])
    expect(await warningsOf(() => listing(Nearly, { sort: ['title'] }))).toHaveLength(2)
  })
  it('is not reported for any way to write the index, and Postgres uses it', async () => {
    const upwards = model('upwards', fields, (t) => [
      index('up_title').on(t.userId, t.title, t.id),
      index('up_due').on(t.userId, t.dueAt, t.id),
      index('up_due_down').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc().nullsLast()),
    ])
    const downwards = model('downwards', fields, (t) => [
      index('down_title').on(t.userId, t.title.desc(), t.id.desc()),
      index('down_due').on(t.userId, t.dueAt.desc(), t.id.desc().nullsFirst()),
      index('down_due_up').on(t.userId, t.dueAt.desc().nullsFirst(), t.id.desc().nullsFirst()),
    ])
    const own = await testDatabase({ models: { upwards, downwards } })
    const uuid = '00000000-0000-4000-8000-000000000000'
    for (const planned of [upwards, downwards]) {
      const sort = ['title', '-title', 'dueAt', '-dueAt'] as const
      let list = listing(planned)
      expect(await warningsOf(() => (list = listing(planned, { sort }) as never))).toEqual([])
      await own.execute(sql`insert into ${planned} (title, slug, user_id, due_at)
        select 't' || i % 100, i, 'u' || i % 20, case when i % 3 = 0 then null else
          timestamptz '2031-01-01' + i % 100 * interval '1 day' end
        from generate_series(1, 20000) as i`)
      await own.execute(sql`analyze ${planned}`)
      for (const order of sort) {
        const value = order.endsWith('title') ? 't50' : '2031-02-01T00:00:00.000Z'
        const cursor = Buffer.from(JSON.stringify([order, value, uuid])).toString('base64url')
        for (const more of [{}, { cursor }]) {
          const page = list.page({
            query: { sort: order, limit: 20, ...more } as never,
            request: { url: 'http://test/' },
            reply: { header: () => undefined as never },
          })
          const query = own
            .select()
            .from(planned)
            .where(sql`${eq(planned.userId, 'u1')} and ${page.where()}`)
            .orderBy(...page.orderBy())
            .limit(page.limit)
          const { rows } = await own.execute(sql`explain ${query.getSQL()}`)
          const plan = rows.map((row) => JSON.stringify(row)).join('\n')
          expect(plan, order).not.toContain('Sort')
          if ('cursor' in more && order.endsWith('title'))
            expect(plan).toMatch(/Index Cond: .*ROW\(/)
        }
      }
    }
    await own.close()
  })
})
