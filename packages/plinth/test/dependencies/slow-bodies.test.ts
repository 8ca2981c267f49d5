// Clients that send their body byte by byte, to routes whose guard reads a row in the request's transaction. No such
// request may hold a connection while its body is awaited: others must be served, however many of them there are.
import { connect, type Socket } from 'node:net'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  dependency,
  forbidden,
  form,
  id,
  model,
  path,
  router,
  serve,
  transaction,
  type Database,
  type ServerHandle,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Account = model('accounts', { id: id(), suspended: z.boolean() })
const active = '0197f2a4-0000-7000-8000-000000000001'
const suspended = '0197f2a4-0000-7000-8000-000000000002'

let db: Database
let server: ServerHandle
let guarded = 0
const sockets: Socket[] = []

const current = dependency(() => db, { scope: 'app' })
const session = dependency({ db: current }, ({ db }) => transaction(db))
const needs = { account: path(z.uuid()) }
const errors = { errors: [403] as const }
const check = async (db: Pick<Database, 'select'>, account: string): Promise<void> => {
  guarded++
  const [row] = await db.select().from(Account).where(eq(Account.id, account))
  if (row?.suspended !== false) throw forbidden()
}
const inTransaction = dependency(
  { db: session, ...needs },
  ({ db, account }) => check(db, account),
  errors,
)
const inNone = dependency(
  { db: current, ...needs },
  ({ db, account }) => check(db, account),
  errors,
)

const body = z.object({ text: z.string() })
const r = router('/:account', { dependencies: { db: session, guard: inTransaction } })
const routes = {
  json: r.put('/json', { body }, ({ body }) => body.text),
  form: r.put('/form', { body: form({ text: z.string() }) }, ({ body }) => body.text),
  undeclared: r.put('/undeclared', {}, async ({ request }) => (await request.text()).slice(-6, -2)),
  late: router('/:account').put(
    '/late',
    { body, dependencies: { db: session } },
    async ({ db, body, params }) => {
      await db.select().from(Account).where(eq(Account.id, params.account))
      return body.text
    },
  ),
  inNone: router('/:account').put(
    '/none',
    { body, dependencies: { guard: inNone } },
    ({ body }) => body.text,
  ),
  count: router('/count').get('/', { dependencies: { db: session } }, ({ db }) =>
    db.$count(Account),
  ),
}

beforeAll(async () => {
  db = await testDatabase({ models: { Account } })
  await db.insert(Account).values([
    { id: active, suspended: false },
    { id: suspended, suspended: true },
  ])
  server = await serve(app({ title: 'Slow', routes: { routes } }), { port: 0, signals: false })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(async () => {
  await server?.close()
  await db?.close()
})

interface Sent {
  readonly socket: Socket
  /** The status and the body of the response. */
  readonly response: Promise<string>
}

/** Sends the head of a request and the first byte of its body. */
function begin(to: ServerHandle, target: string, [type, first]: readonly [string, string]): Sent {
  const socket = connect(to.port, '127.0.0.1')
  sockets.push(socket)
  const { promise: response, resolve } = Promise.withResolvers<string>()
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => (received += text))
  socket.on('error', () => {})
  socket.on('close', () =>
    resolve(`${received.slice(9, 12)} ${received.slice(received.indexOf('\r\n\r\n') + 4)}`),
  )
  socket.write(
    `PUT ${target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: ${type}\r\n${first}`,
  )
  return { socket, response }
}

const withLength = (text: string): [string, string] => [
  `content-length: ${text.length}\r\n\r\n${text[0]}`,
  text.slice(1),
]
const inChunks = (text: string): [string, string] => [
  `transfer-encoding: chunked\r\n\r\n1\r\n${text[0]}\r\n`,
  `${(text.length - 1).toString(16)}\r\n${text.slice(1)}\r\n0\r\n\r\n`,
]
const parts = '--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nslow\r\n--x--\r\n'
const json = '{"text":"slow"}'
const kinds: Record<string, readonly [path: string, type: string, body: [string, string]]> = {
  'JSON with a length': ['json', 'application/json', withLength(json)],
  'JSON in chunks': ['json', 'application/json', inChunks(json)],
  'a form': ['form', 'application/x-www-form-urlencoded', withLength('text=slow')],
  multipart: ['form', 'multipart/form-data; boundary=x', inChunks(parts)],
  'a body that the handler reads itself': ['undeclared', 'application/json', withLength(json)],
  'such a body in chunks': ['undeclared', 'application/json', inChunks(json)],
}

/** Waits for a condition that becomes true by itself. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const count = async (to = server): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${to.port}/count`)).json()

describe('a slow body holds no connection, and is read in the end', () => {
  for (const [kind, [target, type, [first, rest]]] of Object.entries(kinds))
    it(kind, async () => {
      guarded = 0
      const slow = Array.from({ length: 12 }, () =>
        begin(server, `/${active}/${target}`, [type, first]),
      )
      const refused = begin(server, `/${suspended}/${target}`, [type, first])
      await until(() => guarded === 13)
      for (let n = 0; n < 3; n++) expect(await count()).toBe(2)
      for (const { socket } of [...slow, refused]) socket.write(rest)
      for (const { response } of slow) expect(await response).toBe('200 "slow"')
      expect(await refused.response).toMatch(/^403 /)
    })
})

it('a guard of the app holds no connection either', async () => {
  const api = app({
    title: 'Slow',
    routes: { routes: { late: routes.late, count: routes.count } },
    dependencies: {
      everywhere: dependency(
        { db: session },
        async ({ db }) => {
          guarded++
          if ((await db.$count(Account)) === 0) throw forbidden()
        },
        errors,
      ),
    },
  })
  const other = await serve(api, { port: 0, signals: false })
  guarded = 0
  const [first, rest] = withLength(json)
  const slow = Array.from({ length: 12 }, () =>
    begin(other, `/${active}/late`, ['application/json', first]),
  )
  await until(() => guarded === 12)
  expect(await count(other)).toBe(2)
  for (const { socket } of slow) socket.write(rest)
  for (const { response } of slow) expect(await response).toBe('200 "slow"')
  await other.close()
})

it('a guard that needs no transaction refuses before the body is there', async () => {
  const [first] = withLength(json)
  const refused = begin(server, `/${suspended}/none`, ['application/json', first])
  expect(await refused.response).toMatch(/^403 /)
})

it('a client that leaves in the middle of its body opens no transaction', async () => {
  guarded = 0
  const [first] = withLength(json)
  const gone = begin(server, `/${active}/json`, ['application/json', first])
  await until(() => guarded === 1)
  gone.socket.destroy()
  expect(await count()).toBe(2)
})
