// Models from existing tables: Better Auth's generated tables, and one with every type of column.
import { eq, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  bytea,
  char,
  date,
  doublePrecision,
  integer,
  interval,
  jsonb,
  numeric,
  pgTable,
  real,
  smallint,
  text,
  time,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  fromTable,
  id,
  insert,
  model,
  one,
  owner,
  remove,
  router,
  update,
  type Database,
} from 'plinth'
import { isMigrated } from 'plinth/migrations'
import { testDatabase } from 'plinth/testing'

const user = pgTable('user', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').default(false).notNull(),
  image: text('image'),
  createdAt: timestamp('created_at').defaultNow().notNull(),
  updatedAt: timestamp('updated_at')
    .defaultNow()
    .$onUpdate(() => new Date())
    .notNull(),
})
const account = pgTable(
  'account',
  {
    id: text('id')
      .primaryKey()
      .$defaultFn(() => crypto.randomUUID()),
    providerId: text('provider_id').notNull(),
    accountId: text('account_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    password: text('password'),
  },
  (t) => [unique('account_provider').on(t.providerId, t.accountId)],
)
const User = fromTable(user, {
  readonly: ['id', 'emailVerified', 'createdAt', 'updatedAt'],
  immutable: ['email'],
  schemas: { name: z.string().trim().min(1).max(100), email: z.email() },
  migrate: false,
})
const Account = fromTable(account, { hidden: ['password'], readonly: ['id'], name: 'Login' })
const Note = model('notes', { id: id(), text: z.string(), userId: owner(() => User.id) })

const Kind = fromTable(
  pgTable('kinds', {
    id: integer().generatedAlwaysAsIdentity().primaryKey(),
    text: text().notNull(),
    varchar: varchar({ length: 5 }).notNull(),
    char: char({ length: 2 }).notNull(),
    choice: text({ enum: ['a', 'b'] }).notNull(),
    uuid: uuid().notNull(),
    small: smallint().notNull(),
    int: integer().notNull(),
    near: bigint({ mode: 'number' }).notNull(),
    big: bigint({ mode: 'bigint' }).notNull(),
    digits: bigint({ mode: 'string' }).notNull(),
    exact: numeric({ precision: 8, scale: 2 }).notNull(),
    real: real().notNull(),
    double: doublePrecision().notNull(),
    flag: boolean().notNull(),
    day: date().notNull(),
    clock: time().notNull(),
    span: interval().notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    local: timestamp().notNull(),
    data: jsonb().$type<{ n: number }>().notNull(),
    tags: text().array().notNull(),
    bytes: bytea(),
    sum: integer().generatedAlwaysAs(sql`small + 1`),
  }),
  { hidden: ['bytes'] },
)

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { user, account, Note, Kind } })
})
afterAll(() => db?.close())
beforeEach(async () => {
  for (const table of [Note, Account, User, Kind]) await db.delete(table)
})

const users = router('/users')
const kinds = router('/kinds')
const routes = {
  users: {
    create: users.post(
      '/',
      { body: User.$create, response: User, status: 201, errors: [409] },
      ({ body }) => one(insert(db, User, { ...body, id: crypto.randomUUID() })),
    ),
    change: users.patch(
      '/:id',
      { body: User.$update, response: User, errors: [404] },
      ({ body, params }) => one(update(db, User, body).where(eq(User.id, params.id))),
    ),
    accounts: users.get('/:id/accounts', { response: z.array(Account) }, ({ params }) =>
      db.select().from(Account).where(eq(Account.userId, params.id)),
    ),
  },
  kinds: {
    create: kinds.post('/', { body: Kind.$create, response: Kind, status: 201 }, ({ body }) =>
      one(insert(db, Kind, body)),
    ),
    list: kinds.get('/', { response: z.array(Kind) }, () => db.select().from(Kind)),
  },
}
const api = app({ title: 'Tables', routes })

async function send(method: string, path: string, body?: object) {
  const response = await api.fetch(
    new Request(`http://test.local${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    }),
  )
  const json = (await response.json()) as Record<string, unknown> & {
    errors?: { path: string[]; message: string }[]
  }
  return {
    status: response.status,
    json,
    blames: (json.errors ?? []).map(({ path }) => path.join('.')),
  }
}
const ann = { id: 'ann', name: 'Ann', email: 'ann@example.com' }

describe('a model of Better Auth’s table', () => {
  it('accepts and sends the declared fields', async () => {
    const { status, json } = await send('POST', '/users', { name: ' Ann ', email: ann.email })
    expect(status).toBe(201)
    expect(json).toMatchObject({ name: 'Ann', email: ann.email, emailVerified: false, image: null })
    expect(new Date(json['createdAt'] as string).toISOString()).toBe(json['createdAt'])
    expect(await send('PATCH', `/users/${json['id'] as string}`, { image: 'x' })).toMatchObject({
      json: { image: 'x' },
    })
  })

  it.each([
    [{ name: 'Ann', email: 'no' }, ['email']],
    [{ name: '', email: ann.email }, ['name']],
    [{ name: 'Ann', email: ann.email, emailVerified: true }, ['Unrecognized key: "emailVerified"']],
    [ann, ['Unrecognized key: "id"']],
  ])('refuses %j', async (body, told) => {
    const { status, json, blames } = await send('POST', '/users', body)
    expect(status).toBe(422)
    const said = json.errors?.map(({ message }) => message) ?? []
    expect([...blames, ...said]).toEqual(expect.arrayContaining(told))
  })

  it('refuses immutable and read-only fields in an update', () => {
    expect(Object.keys(User.$update.shape)).toEqual(['name', 'image'])
    expect(Object.keys(User.$create.shape)).toEqual(['name', 'email', 'image'])
  })

  it('is validated for writes of the server, and names the field of a conflict', async () => {
    expect(() => insert(db, User, { ...ann, name: '' })).toThrow(/"user": name: Too small/)
    expect(() => insert(db, User, { ...ann, email: undefined } as never)).toThrow('email: Required')
    await insert(db, User, ann)
    expect(await send('POST', '/users', { name: 'B', email: ann.email })).toMatchObject({
      status: 409,
      blames: ['email'],
    })
  })

  it('hides a password in lists too, and can be referenced by other models', async () => {
    await insert(db, User, ann)
    const login = { providerId: 'p', accountId: 'a', userId: 'ann', password: 'hash' }
    await insert(db, Account, login)
    const { json } = await send('GET', '/users/ann/accounts')
    expect(json).toEqual([
      { id: expect.any(String), providerId: 'p', accountId: 'a', userId: 'ann' },
    ])
    await insert(db, Note, { text: 'x', userId: 'ann' })
    await remove(db, User).where(eq(User.id, 'ann'))
    expect(await db.$count(Note)).toBe(0)
  })

  it('is named in OpenAPI like any other', () => {
    const { schemas } = api.openapi().components as { schemas: object }
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['User', 'UserCreate', 'UserUpdate', 'Login']),
    )
  })

  it('can be excluded from migrations', () => {
    expect([User, user, Account, Note, {}, undefined].map(isMigrated)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ])
  })
})

describe('every type of column', () => {
  const within = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
  const string = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !one.includes('\0'))
  const instant = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  const row = fc.record({
    text: string,
    varchar: string.map((one) => [...one].slice(0, 2).join('').slice(0, 5)),
    char: fc.constantFrom('ab', 'é!'),
    choice: fc.constantFrom('a', 'b'),
    uuid: fc.uuid(),
    small: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 2 }),
    int: within(32),
    near: fc.maxSafeInteger(),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    digits: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String),
    exact: fc.constantFrom('0.00', '-123456.78', '1.50'),
    real: fc.constantFrom(0, 0.5, -1024),
    double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
    flag: fc.boolean(),
    day: instant.map((one) => one.toISOString().slice(0, 10)),
    clock: fc.constantFrom('00:00:00', '23:59:59.123456'),
    span: fc.constantFrom('1 day', '-00:00:01'),
    at: instant.map((one) => one.toISOString()),
    local: instant.map((one) => one.toISOString()),
    data: fc.record({ n: fc.integer() }),
    tags: fc.array(string, { maxLength: 3 }),
  })

  it('comes back unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(row, async (given) => {
        await db.delete(Kind)
        const { status, json } = await send('POST', '/kinds', given)
        const { id: made, sum, ...back } = json
        expect({ status, back }).toEqual({ status: 201, back: given })
        expect({ made, sum }).toEqual({ made: expect.any(Number), sum: given.small + 1 })
        expect((await send('GET', '/kinds')).json).toEqual([json])
      }),
      { numRuns: 60, seed: 20_261_123 },
    )
  })

  it('refuses invalid values before Postgres does', () => {
    const [good] = fc.sample(row, { numRuns: 1, seed: 1 })
    const body = { ...good, big: 1n, at: new Date(), local: new Date() }
    expect(Kind.$create.safeParse(body).success).toBe(true)
    const wrong = {
      small: 2 ** 15,
      int: 2 ** 31,
      varchar: 'abcdef',
      choice: 'c',
      text: 'a\0',
      big: 2n ** 63n,
    }
    for (const [name, value] of Object.entries(wrong)) {
      const issues = Kind.$create.safeParse({ ...body, [name]: value }).error?.issues
      expect(issues).toMatchObject([{ path: [name] }])
    }
    expect(Kind.$create.safeParse({ ...body, id: 1 }).success).toBe(false)
  })
})

describe('a table that cannot be a model', () => {
  const table = () => pgTable('things', { id: integer().primaryKey(), bytes: bytea() })

  it('is reported at startup', () => {
    expect(() => fromTable(table())).toThrow(
      'model "things", field "bytes": no schema follows from the column type bytea: pass one in schemas, or list the field in hidden',
    )
    expect(() => fromTable(table(), { hidden: ['byte'] as never })).toThrow(
      'model "things", field "byte": the table has no such field',
    )
    expect(() => fromTable(user)).toThrow('model "user": the table is a model already')
    expect(() => fromTable(Note)).toThrow('is a model already')
  })

  it('includes a table of another schema', () => {
    const schemas = { bytes: z.custom<Buffer>((value) => value instanceof Buffer) }
    expect(Object.keys(fromTable(table(), { schemas }).$read.shape)).toEqual(['id', 'bytes'])
  })
})
