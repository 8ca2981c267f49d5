import { and, eq, sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { DependencyDefinition } from '../../../src/dependencies/dependency.ts'
import { definition } from '../../../src/dependencies/definition.ts'
import type { Database } from '../../../src/database/database.ts'
import { one } from '../../../src/database/queries/one.ts'
import { isQuery } from '../../../src/dependencies/lazy-query.ts'
import { failure, kinds, notes } from './tables.ts'

export function valuesContract(of: () => Database): void {
  it('come back unchanged', async () => {
    const given = {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      whole: 9_223_372_036_854_775_807n,
      near: 9_007_199_254_740_991,
      real: 0.1,
      exact: '1234567890.1234',
      at: new Date('2026-02-28T23:59:59.999Z'),
      day: '2026-02-28',
      yes: true,
      bytes: Buffer.from([0, 1, 255]),
      data: { a: [1, null, 'x'], b: { c: 'it\'s "quoted"' } },
      tags: ['a', 'b,"c"', ''],
      whens: [new Date('2026-01-01T00:00:00.001Z')],
    }
    const [made] = await of().insert(kinds).values(given).returning()
    expect(made).toEqual(given)
    expect(await of().select().from(kinds).where(eq(kinds.whole, given.whole))).toEqual([given])
  })

  it('of text keep a leading byte order mark', async () => {
    const texts = ['\ufeff', '\ufeffa', 'a\ufeff', '\ufeff\ufeff']
    await of()
      .insert(notes)
      .values(texts.map((text, id) => ({ id, text })))
    // An error in between resets how PGlite reads responses.
    await expect(of().execute('select 1 / 0')).rejects.toThrow()
    const rows = await of().select().from(notes).orderBy(notes.id)
    expect(rows.map((row) => row.text)).toEqual(texts)
  })

  it('of raw statements are the same on every engine', async () => {
    const result = await of().execute(
      sql`select count(*) as n, ${7}::int8 as big, 1.50::numeric as exact, 'x'::bytea as bytes, '{1,2}'::int8[] as list,
        date '2026-02-28' as day, interval '1 day' as span, '{"a":1}'::jsonb as data from notes`,
    )
    expect(result.rows).toEqual([
      {
        n: '0',
        big: '7',
        exact: '1.50',
        bytes: Buffer.from('x'),
        list: ['1', '2'],
        day: '2026-02-28',
        span: '1 day',
        data: { a: 1 },
      },
    ])
    expect(result).toMatchObject({ rowCount: 1, command: 'SELECT' })
  })

  it('report the number of changed rows', async () => {
    const rows = [1, 2, 3].map((id) => ({ id, text: 'x' }))
    expect(await of().insert(notes).values(rows)).toMatchObject({ rowCount: 3 })
    expect(await of().update(notes).set({ text: 'y' })).toMatchObject({ rowCount: 3 })
    expect(await of().delete(notes).where(eq(notes.id, 1))).toMatchObject({ rowCount: 1 })
    expect(await of().$count(notes)).toBe(2)
  })

  it('of several statements in one text are those of the last one', async () => {
    const result = await of().execute('select 1 as a; select 2 as b')
    expect(result.rows).toEqual([{ b: 2 }])
  })

  it('can be prepared', async () => {
    await of().insert(notes).values({ id: 1, text: 'x' })
    const prepared = of()
      .select()
      .from(notes)
      .where(and(eq(notes.id, sql.placeholder('id'))))
      .prepare('by_id')
    expect(await prepared.execute({ id: 1 })).toEqual([{ id: 1, text: 'x' }])
    expect(await prepared.execute({ id: 2 })).toEqual([])
  })

  it('of one() are that row, or a 404', async () => {
    await of().insert(notes).values({ id: 1, text: 'x' })
    const query = (id: number) => of().select().from(notes).where(eq(notes.id, id))
    expect(await one(query(1))).toEqual({ id: 1, text: 'x' })
    expect(isQuery(query(1)) && isQuery(one(query(1)))).toBe(true)
    expect(one(query(1)).toSQL()).toEqual(query(1).toSQL())
    expect([isQuery(null), isQuery({ toSQL: 1 }), isQuery(Promise.resolve([]))]).not.toContain(true)
    expect(await failure(one(query(2), 'No such note'))).toMatchObject({
      status: 404,
      message: 'No such note',
    })
  })

  it('can be provided to handlers once for the whole app', () => {
    const asked = (of() as unknown as { [definition]: unknown })[definition]
    expect(asked).toBeInstanceOf(DependencyDefinition)
    expect(asked).toMatchObject({ scope: 'app', needs: {} })
  })
}
