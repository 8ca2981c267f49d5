import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { HttpError } from '../../../src/errors/http-error.ts'
import type { Database } from '../../../src/database/database.ts'
import { postgresError } from '../../../src/database/postgres-error.ts'
import { failure, ruled } from './tables.ts'

export function errorContract(of: () => Database): void {
  const cases: readonly [what: string, statement: string, response: object][] = [
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
          { in: 'body', path: ['ownerName'], message: 'A value is required', code: 'required' },
        ],
      },
    ],
    [
      'a number too large',
      'select 3000000000::int',
      { status: 422, code: 'PLINTH_CHECK_VIOLATION' },
    ],
    ['a text that is not a UUID', "select 'x'::uuid", { status: 422 }],
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
      { status: 503, code: 'PLINTH_DATABASE_FULL', headers: { 'retry-after': '30' } },
    ],
    [
      'a server that is read only',
      "do $$ begin raise exception 'x' using errcode = '25006'; end $$",
      { status: 503, code: 'PLINTH_DATABASE_UNAVAILABLE' },
    ],
  ]

  for (const [what, statement, response] of cases)
    it(`become a response of ${what}`, async () => {
      const error = await failure(of().execute(statement))
      const mapped = postgresError(error)
      const { detail: _, ...expected } = response as { detail?: unknown }
      expect(mapped).toBeInstanceOf(HttpError)
      expect(mapped).toMatchObject(expected)
      expect(mapped?.cause).toBe(error)
    })

  it('name no field for a row that is still referenced', async () => {
    await of().execute(
      "insert into notes values (1, 'x'); insert into ruled (id, note_id) values (1, 1)",
    )
    expect(postgresError(await failure(of().execute('delete from notes')))).toMatchObject({
      status: 409,
      code: 'PLINTH_FOREIGN_KEY_VIOLATION',
      message: 'Another record still references it',
      errors: undefined,
    })
  })

  it('stay errors if the code is at fault', async () => {
    const wrongParameters = "do $$ begin raise exception 'x' using errcode = '08P01'; end $$"
    const faults = ['select * from nowhere', 'select nothing', 'selekt 1', wrongParameters]
    for (const statement of faults)
      expect(postgresError(await failure(of().execute(statement)))).toBeUndefined()
    expect(postgresError(new Error('other'))).toBeUndefined()
    expect(postgresError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined()
    expect(postgresError(undefined)).toBeUndefined()
  })

  it('reveal no value, no SQL and no table name to the caller', async () => {
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
