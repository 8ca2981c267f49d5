import { and, asc, eq, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  bytea,
  check,
  date,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { definition, DependencyDefinition } from '../dependencies/dependency.ts'
import { HttpError } from '../errors/http-error.ts'
import type { Database, DatabaseTransaction } from './database.ts'
import { separateFlow } from './flow.ts'
import { isQuery, one } from './one.ts'
import { postgresError } from './postgres-error.ts'
import { transaction } from './transaction.ts'

const notes = pgTable('notes', { id: integer().primaryKey(), text: text().notNull() })

const kinds = pgTable('kinds', {
  id: uuid().primaryKey().defaultRandom(),
  whole: bigint({ mode: 'bigint' }).notNull(),
  near: bigint({ mode: 'number' }).notNull(),
  real: doublePrecision().notNull(),
  exact: numeric({ precision: 20, scale: 4 }).notNull(),
  at: timestamp({ withTimezone: true }).notNull(),
  day: date().notNull(),
  yes: boolean().notNull(),
  bytes: bytea().notNull(),
  data: jsonb().notNull(),
  tags: text().array().notNull(),
  whens: timestamp({ withTimezone: true }).array().notNull(),
})

const ruled = pgTable(
  'ruled',
  {
    id: integer().primaryKey(),
    ownerName: text('owner_name').notNull().default('ann'),
    size: integer(),
    noteId: integer('note_id').references(() => notes.id),
  },
  (table) => [unique('ruled_size_key').on(table.size), check('ruled_size_check', sql`size < 100`)],
)

const schema = `
  create table notes (id integer primary key, text text not null);
  create table kinds (id uuid primary key default gen_random_uuid(), whole bigint not null, near bigint not null,
    "real" double precision not null, exact numeric(20, 4) not null, at timestamptz not null, day date not null,
    yes boolean not null, bytes bytea not null, data jsonb not null, tags text[] not null, whens timestamptz[] not null);
  create table ruled (id integer primary key, owner_name text not null default 'ann',
    size integer constraint ruled_size_key unique constraint ruled_size_check check (size < 100),
    note_id integer references notes (id));
  create table later (id integer primary key, note_id integer references notes (id) deferrable initially deferred);
`

const ids = (db: Database): Promise<number[]> =>
  db
    .select()
    .from(notes)
    .orderBy(asc(notes.id))
    .then((rows) => rows.map(({ id }) => id))

/** As a request does it: the first part synchronously, in a flow of its own. */
async function inRequest<T>(
  db: Database,
  run: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return await separateFlow(async () => {
    const opened = transaction(db)
    const first = await opened.next()
    let result: T
    try {
      result = await run(first.value!)
    } catch (error) {
      await opened.throw(error)
      throw error
    }
    await opened.next()
    return result
  })
}

const failure = (promise: PromiseLike<unknown>): Promise<Error & { code?: string }> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it did not fail'),
    (error: Error) => error,
  )

/** What a {@link Database} does on every engine. */
export function databaseContract(name: string, make: () => Promise<Database>): void {
  describe(`a database on ${name}`, () => {
    let db: Database
    beforeAll(async () => {
      db = await make()
      await db.execute(schema)
    })
    afterAll(() => db?.close())
    beforeEach(() => db.execute('truncate notes, kinds, ruled, later cascade'))

    describe('values', () => valuesContract(() => db))
    describe('transactions', () => transactionContract(() => db))
    describe('the guard', () => guardContract(() => db))
    describe('errors', () => errorContract(() => db))
  })
}

function valuesContract(of: () => Database): void {
  it('come back as they were given', async () => {
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

  it('say how many rows were changed', async () => {
    const rows = [1, 2, 3].map((id) => ({ id, text: 'x' }))
    expect(await of().insert(notes).values(rows)).toMatchObject({ rowCount: 3 })
    expect(await of().update(notes).set({ text: 'y' })).toMatchObject({ rowCount: 3 })
    expect(await of().delete(notes).where(eq(notes.id, 1))).toMatchObject({ rowCount: 1 })
    expect(await of().$count(notes)).toBe(2)
  })

  it('of several statements in one text are those of the last', async () => {
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

  it('of one row are that row, or a 404', async () => {
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

  it('can be asked for by a handler, once for the whole app', () => {
    const asked = (of() as unknown as { [definition]: unknown })[definition]
    expect(asked).toBeInstanceOf(DependencyDefinition)
    expect(asked).toMatchObject({ scope: 'app', needs: {} })
  })
}

function transactionContract(of: () => Database): void {
  it('are committed when they are closed', async () => {
    await inRequest(of(), (tx) => tx.insert(notes).values({ id: 1, text: 'x' }))
    expect(await ids(of())).toEqual([1])
  })

  it('are rolled back when an error is thrown into them, and pass it on', async () => {
    const wrong = new Error('wrong')
    const seen = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        throw wrong
      }),
    )
    expect(seen).toBe(wrong)
    expect(await ids(of())).toEqual([])
  })

  it('are rolled back when they are left', async () => {
    const opened = transaction(of())
    const { value: tx } = await opened.next()
    await (tx as DatabaseTransaction).insert(notes).values({ id: 1, text: 'x' })
    await opened.return()
    expect(await ids(of())).toEqual([])
  })

  it('are not begun without a statement', async () => {
    await inRequest(of(), async () => {})
    await failure(inRequest(of(), () => Promise.reject(new Error('wrong'))))
    expect(await ids(of())).toEqual([])
  })

  it('wait for what was not awaited', async () => {
    await inRequest(of(), async (tx) => {
      void tx.insert(notes).values({ id: 1, text: 'x' }).execute()
      void tx.insert(notes).values({ id: 2, text: 'x' }).execute()
    })
    expect(await ids(of())).toEqual([1, 2])
  })

  it('within them are savepoints', async () => {
    await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      await failure(
        tx.transaction(async (inner) => {
          await inner.insert(notes).values({ id: 2, text: 'x' })
          await inner.transaction((third) => third.insert(notes).values({ id: 3, text: 'x' }))
          await inner.insert(notes).values({ id: 1, text: 'a double' })
        }),
      )
      await tx.transaction((inner) => inner.insert(notes).values({ id: 4, text: 'x' }))
    })
    expect(await ids(of())).toEqual([1, 4])
  })

  it('say so when a statement failed and nobody told, since nothing is committed then', async () => {
    const error = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        await tx
          .insert(notes)
          .values({ id: 1, text: 'a double' })
          .catch(() => {})
      }),
    )
    expect(postgresError(error)).toMatchObject({ status: 409, code: 'PLINTH_UNIQUE_VIOLATION' })
    expect(await ids(of())).toEqual([])
  })

  it('fail at their end when the commit fails', async () => {
    const error = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        await tx.execute('insert into later values (1, 99)')
      }),
    )
    expect(postgresError(error)).toMatchObject({ code: 'PLINTH_FOREIGN_KEY_VIOLATION' })
    expect(await ids(of())).toEqual([])
  })

  it('are over when they are over', async () => {
    const tx = await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      return tx
    })
    const error = await failure(tx.select().from(notes))
    expect(error).toMatchObject({ code: 'PLINTH_TRANSACTION_CLOSED' })
    expect(error.message).toContain('after it was committed')
  })

  it('have the isolation and the access they were given', async () => {
    const opened = transaction(of(), { isolationLevel: 'serializable', accessMode: 'read only' })
    const tx = (await opened.next()).value as DatabaseTransaction
    const level = await tx.execute('show transaction_isolation')
    expect(level.rows).toEqual([{ transaction_isolation: 'serializable' }])
    const error = await failure(tx.insert(notes).values({ id: 1, text: 'x' }))
    expect(postgresError(error)).toMatchObject({ status: 503 })
    await opened.return()
  })

  it('by a callback commit and roll back too', async () => {
    await of().transaction((tx) => tx.insert(notes).values({ id: 1, text: 'x' }))
    const wrong = new Error('wrong')
    const seen = await failure(
      of().transaction(async (tx) => {
        await tx.insert(notes).values({ id: 2, text: 'x' })
        throw wrong
      }),
    )
    expect(seen).toBe(wrong)
    expect(await ids(of())).toEqual([1])
  })

  it('need a database, not a transaction', async () => {
    await inRequest(of(), async (tx) => {
      expect(await failure(transaction(tx).next())).toMatchObject({
        code: 'PLINTH_DEPENDENCY_INVALID',
      })
    })
  })
}

function guardContract(of: () => Database): void {
  const nested = { code: 'PLINTH_DATABASE_NESTED' }

  it('refuses the database itself inside a transaction on it, in words', async () => {
    await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      const error = await failure(of().select().from(notes))
      expect(error).toMatchObject(nested)
      expect(error.message).toContain('use the transaction that you were given')
      expect(await failure(of().transaction(async () => {}))).toMatchObject(nested)
    })
    expect(await ids(of())).toEqual([1])
  })

  it('refuses it inside a callback, also a few calls away', async () => {
    await of().transaction(async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      expect(await failure(ids(of()))).toMatchObject(nested)
    })
  })

  it('refuses a second transaction while the first holds the connection', async () => {
    await inRequest(of(), async (tx) => {
      const second = transaction(of())
      const other = (await second.next()).value as DatabaseTransaction
      await tx.insert(notes).values({ id: 1, text: 'x' })
      expect(await failure(other.select().from(notes))).toMatchObject(nested)
      await second.return()
    })
  })

  it('lets it be used before the first statement, and after the end', async () => {
    await inRequest(of(), async (tx) => {
      expect(await ids(of())).toEqual([])
      await tx.insert(notes).values({ id: 1, text: 'x' })
    })
    expect(await ids(of())).toEqual([1])
  })

  it('reaches a handler from a dependency that is opened before it, without a callback', async () => {
    const opened = transaction(of())
    const tx = (await opened.next()).value as DatabaseTransaction
    await tx.insert(notes).values({ id: 1, text: 'x' })
    const handler = async () => {
      await Promise.resolve()
      return await ids(of())
    }
    expect(await failure(handler())).toMatchObject(nested)
    await opened.next()
    expect(await handler()).toEqual([1])
  })

  it('keeps requests apart that run at the same time', async () => {
    const begun = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const writer = inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      begun.resolve()
      await read.promise
    })
    // Where there is one connection, this waits for the writer's end: it must not be refused.
    const reader = separateFlow(async () => {
      await begun.promise
      const rows = ids(of())
      read.resolve()
      return await rows
    })
    await writer
    expect(await reader).toBeInstanceOf(Array)
  })

  it('lets a hundred requests at once each have a transaction', async () => {
    const all = Array.from({ length: 100 }, (_, id) =>
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id, text: 'x' })
        await tx.update(notes).set({ text: 'y' }).where(eq(notes.id, id))
      }),
    )
    await Promise.all(all)
    expect(await of().$count(notes, eq(notes.text, 'y'))).toBe(100)
  })
}

function errorContract(of: () => Database): void {
  const cases: readonly [what: string, statement: string, answer: object][] = [
    [
      'a double',
      'insert into ruled (id, size) values (1, 1), (2, 1)',
      { status: 409, code: 'PLINTH_UNIQUE_VIOLATION' },
    ],
    [
      'a reference to nothing',
      'insert into ruled (id, note_id) values (1, 1)',
      { status: 409, code: 'PLINTH_FOREIGN_KEY_VIOLATION' },
    ],
    [
      'a broken rule',
      'insert into ruled (id, size) values (1, 100)',
      { status: 422, code: 'PLINTH_CHECK_VIOLATION' },
    ],
    [
      'a missing value',
      'insert into ruled (id, owner_name) values (1, null)',
      {
        status: 422,
        code: 'PLINTH_CHECK_VIOLATION',
        errors: [
          { in: 'body', path: ['ownerName'], message: 'A value is needed', code: 'required' },
        ],
      },
    ],
    [
      'a number too large',
      'select 3000000000::int',
      { status: 422, code: 'PLINTH_CHECK_VIOLATION' },
    ],
    ['a text that is no uuid', "select 'x'::uuid", { status: 422 }],
    ['a time out of range', "select '999999-01-01'::timestamptz", { status: 422 }],
    ['a NUL', 'select \'"\\u0000"\'::jsonb', { status: 422 }],
    ['a negative limit', 'select 1 limit -1', { status: 422 }],
    [
      'a division by zero',
      'select 1 / 0',
      { status: 422, detail: undefined, message: 'The database refused a value' },
    ],
    [
      'a lost race',
      "do $$ begin raise exception 'x' using errcode = '40001'; end $$",
      { status: 409, code: 'PLINTH_SERIALIZATION_FAILURE' },
    ],
    [
      'a deadlock',
      "do $$ begin raise exception 'x' using errcode = '40P01'; end $$",
      { status: 409 },
    ],
    [
      'a cancelled statement',
      "do $$ begin raise exception 'x' using errcode = '57014'; end $$",
      { status: 503, code: 'PLINTH_DATABASE_BUSY', headers: { 'retry-after': '1' } },
    ],
    [
      'too many connections',
      "do $$ begin raise exception 'x' using errcode = '53300'; end $$",
      { status: 503, code: 'PLINTH_DATABASE_BUSY' },
    ],
    [
      'a full disk',
      "do $$ begin raise exception 'x' using errcode = '53100'; end $$",
      { status: 503, code: 'PLINTH_DATABASE_UNAVAILABLE', headers: { 'retry-after': '2' } },
    ],
    [
      'a server that is read only',
      "do $$ begin raise exception 'x' using errcode = '25006'; end $$",
      { status: 503, code: 'PLINTH_DATABASE_UNAVAILABLE' },
    ],
  ]

  for (const [what, statement, answer] of cases)
    it(`make an answer of ${what}`, async () => {
      const error = await failure(of().execute(statement))
      const mapped = postgresError(error)
      const { detail: _, ...expected } = answer as { detail?: unknown }
      expect(mapped).toBeInstanceOf(HttpError)
      expect(mapped).toMatchObject(expected)
      expect(mapped?.cause).toBe(error)
    })

  it('are no answer where the code is at fault', async () => {
    const faults = ['select * from nowhere', 'select nothing', 'selekt 1']
    for (const statement of faults)
      expect(postgresError(await failure(of().execute(statement)))).toBeUndefined()
    expect(postgresError(new Error('other'))).toBeUndefined()
    expect(postgresError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined()
    expect(postgresError(undefined)).toBeUndefined()
  })

  it('tell the caller no value, no SQL and no name of a table', async () => {
    const secret = 'a-secret-value'
    await of().execute('create table if not exists hidden (word text unique)')
    await of().execute(sql`insert into hidden values (${secret})`)
    const error = await failure(of().execute(sql`insert into hidden values (${secret})`))
    const { message, errors } = postgresError(error)!
    expect(`${message} ${JSON.stringify(errors)}`).not.toMatch(/a-secret-value|insert|hidden/)
    await of().execute('drop table hidden')
  })

  it('leave the database usable', async () => {
    await failure(of().insert(ruled).values({ id: 1, size: 500 }))
    await of().insert(ruled).values({ id: 1, size: 5 })
    expect(await of().$count(ruled)).toBe(1)
  })
}
