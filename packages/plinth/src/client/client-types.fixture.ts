import * as z from 'zod'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { cookie, header, query } from '../dependencies/parameter.ts'
import { dependency } from '../dependencies/dependency.ts'
import { errorType } from '../errors/error-type.ts'
import { file, form } from '../http/form.ts'
import { router } from '../routing/router.ts'
import { jsonLines, sse } from '../http/stream.ts'

/** A recursive schema, by a getter. */
const Comment = z
  .object({
    text: z.string().meta({ description: 'The text; not */ its end' }),
    at: z.date(),
    get answers() {
      return z.array(Comment).optional()
    },
  })
  .meta({ id: 'Comment', description: 'One of a thread' })
/** A recursive schema without a name. */
const Tree = z.object({
  value: z.bigint(),
  get children() {
    return z.record(z.string(), Tree)
  },
})
const Shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number() }),
  z.object({ kind: z.literal('square'), side: z.number().optional() }),
])

/** One field of each kind of schema that can be received and sent. */
const Kinds = z.object({
  text: z.string().min(1).trim(),
  email: z.email(),
  when: z.iso.datetime(),
  template: z.templateLiteral(['v', z.number(), z.enum(['-a', '-b'])]),
  int: z.int(),
  flag: z.boolean(),
  big: z.bigint(),
  date: z.date(),
  nothing: z.null(),
  one: z.literal('one'),
  several: z.literal(['a', 1, true, null]),
  bigOne: z.literal(1n),
  choice: z.enum(['low', "it's", 'a\\b']),
  numbers: z.enum({ Off: 0, On: 1 }),
  list: z.array(z.union([z.string(), z.date()])),
  lists: z.array(z.array(z.bigint())),
  pair: z.tuple([z.string(), z.date()]),
  open: z.tuple([z.string(), z.int().optional()]),
  many: z.tuple([z.string()], z.date()),
  set: z.set(z.date()),
  byName: z.record(z.string(), z.date()),
  byChoice: z.record(z.enum(['x', 'y']), z.int()),
  someByChoice: z.partialRecord(z.enum(['x', 'y']), z.int()),
  both: z.object({ a: z.int() }).and(z.object({ b: z.date() })),
  shape: Shape,
  comment: Comment,
  thread: z.array(Comment),
  tree: Tree,
  json: z.json(),
  anything: z.unknown(),
  optional: z.string().optional(),
  nullish: z.date().nullish(),
  exact: z.string().exactOptional(),
  required: z.string().optional().nonoptional(),
  fallback: z.int().default(1),
  before: z.string().prefault('x'),
  caught: z.int().catch(0),
  fixed: z.object({ a: z.int(), list: z.array(z.int()).readonly() }).readonly(),
  hex: z.codec(z.string(), z.int(), {
    decode: (text) => Number.parseInt(text, 16),
    encode: (value) => value.toString(16),
  }),
  word: z.stringbool(),
  'not-a-name': z.string(),
  strict: z.strictObject({ a: z.int() }),
  loose: z.looseObject({ a: z.int().optional() }),
  rest: z.object({ a: z.int() }).catchall(z.int()),
})

const locked = errorType('LOCKED', {
  status: 423,
  title: 'Locked',
  data: z.object({ until: z.date(), by: z.enum(['user', 'system']) }),
})
const bare = errorType('BARE', { status: 418, title: 'No data' })
const page = dependency(
  { limit: query(z.int().default(20)), since: query(z.date().optional(), { name: 'since-at' }) },
  (values) => values,
  { errors: [bare] },
)
const tenant = dependency(
  { page, xTenant: header(z.string()), trace: header(z.int().optional(), { name: 'X-Trace' }) },
  ({ xTenant }) => xTenant,
)
const theme = dependency(
  { theme: cookie(z.enum(['dark', 'light']).optional()) },
  (values) => values,
)

const kinds = router('/kinds', { dependencies: { theme }, errors: [409] })
async function* nothing(): AsyncGenerator<never> {}
const done = async () => new Promise<never>(() => undefined)

export const api = app({
  title: 'Every kind',
  routes: {
    kinds: {
      echo: kinds.post('/', { body: Kinds, response: Kinds, errors: [404, locked] }, done),
      ask: kinds.get(
        '/:org/of/:id',
        {
          params: z.object({ org: z.enum(['a', 'b']), id: z.int() }),
          query: z.object({ q: z.string().optional(), at: z.date(), ids: z.array(z.bigint()) }),
          response: z.union([Comment, z.array(Shape)]),
          dependencies: { tenant },
        },
        done,
      ),
      named: kinds.get('/:first/and/:second', { response: z.string().nullable() }, done),
      optionalBody: kinds.put('/', { body: z.object({ a: z.int() }).optional() }, done),
      coerced: kinds.patch('/', { body: z.object({ n: z.coerce.number() }), status: 204 }, done),
      fields: kinds.post(
        '/fields',
        { body: form({ a: z.int(), at: z.date() }), status: 204 },
        done,
      ),
      upload: kinds.put(
        '/upload',
        {
          body: form({ a: z.int(), image: file(), more: z.array(file()).default([]) }),
          status: 204,
        },
        done,
      ),
      events: kinds.get('/events', { response: sse(Comment) }, async function* () {}),
      lines: kinds.get('/lines', { response: jsonLines(z.bigint()) }, async function* () {}),
      talk: kinds.socket(
        '/:org/talk',
        {
          query: z.object({ at: z.date().optional() }),
          receive: Kinds,
          send: z.union([Comment, Shape]),
          dependencies: { page },
          errors: [locked],
          closes: { 4001: 'Over', 4002: 'Moved' },
        },
        nothing,
      ),
      watch: kinds.socket('/watch', { send: z.bigint() }, nothing),
      listen: kinds.socket('/listen', { receive: z.date() }, nothing),
      remove: kinds.delete(
        '/:id',
        { status: 204, deprecated: true, summary: 'Delete it', description: 'Permanently.' },
        done,
      ),
    },
  },
  log: createLogger({ level: 'silent', format: 'json', destination: { write: () => true } }),
})
