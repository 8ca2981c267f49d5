import { and, eq } from 'drizzle-orm'
import {
  app,
  createToken,
  dependency,
  errorType,
  insert,
  jwt,
  listing,
  model,
  oauth2Password,
  one,
  owner,
  passwordForm,
  remove,
  router,
  serialId,
  update,
  type Database,
  type Problem,
} from 'plinth'
import * as z from 'zod'

/** The items of a service that existed before, with the names of its columns. */
export const Item = model('item', {
  id: serialId(),
  title: z.string().min(1).max(255),
  description: z.string().max(255).nullable().default(null),
  owner_id: owner(),
})

export const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'

const wrongLogin = errorType('WRONG_LOGIN', { status: 400, title: 'Incorrect email or password' })

/** The errors of FastAPI: a text, or a list of what is wrong with the input. */
const Detail = z.object({
  detail: z.union([
    z.string(),
    z.array(
      z.object({
        type: z.string(),
        loc: z.array(z.union([z.string(), z.int()])),
        msg: z.string(),
      }),
    ),
  ]),
})

/** FastAPI's words for errors, by code, instead of Plinth's own. */
const words: Readonly<Record<string, string>> = {
  PLINTH_ROUTE_NOT_FOUND: 'Not Found',
  PLINTH_METHOD_NOT_ALLOWED: 'Method Not Allowed',
  PLINTH_UNAUTHORIZED: 'Not authenticated',
  PLINTH_INVALID_TOKEN: 'Could not validate credentials',
}

const write = ({ code, detail, title, errors }: Problem): z.input<typeof Detail> => ({
  detail:
    errors?.map(({ in: place, path, message, code: type }) => ({
      type: type ?? 'value_error',
      loc: [place, ...path],
      msg: message,
    })) ??
    words[code] ??
    detail ??
    title,
})

/** A service that speaks the wire format of FastAPI's full-stack template. */
export function fastapiService(db: Database) {
  const session = dependency(() => db, { scope: 'app' })
  const user = jwt({ secret, from: oauth2Password({ tokenUrl: '/api/v1/login/access-token' }) })

  const login = router('/api/v1/login')
  const accessToken = login.post(
    '/access-token',
    {
      body: passwordForm(),
      response: z.object({ access_token: z.string(), token_type: z.literal('bearer') }),
      errors: [wrongLogin],
    },
    async ({ body }) => {
      if (body.password !== `${body.username}-password`) throw wrongLogin()
      const access_token = await createToken(secret, { sub: body.username })
      return { access_token, token_type: 'bearer' as const }
    },
  )

  const items = router('/api/v1/items/', { dependencies: { user, db: session } })
  const params = z.object({ id: z.int32() })
  const page = listing(Item, {
    offset: { parameter: 'skip', items: 'data', total: 'count' },
    limit: { default: 100, max: 100 },
  })
  const mine = (id: number, ownerId: string) => and(eq(Item.id, id), eq(Item.owner_id, ownerId))
  const missing = 'Item not found'

  const readItems = items.get('/', { query: page.query, response: page.response }, (context) =>
    page.run(context, (item) => eq(item.owner_id, context.user.id)),
  )
  const createItem = items.post('/', { body: Item.$create, response: Item }, ({ db, user, body }) =>
    one(insert(db, Item, { ...body, owner_id: user.id })),
  )
  const byId = { params, errors: [404] as const }
  const readItem = items.get('/:id', { ...byId, response: Item }, ({ db, user, params }) =>
    one(db.select().from(Item).where(mine(params.id, user.id)), missing),
  )
  const updateItem = items.put(
    '/:id',
    { ...byId, body: Item.$update, response: Item },
    ({ db, user, params, body }) =>
      one(update(db, Item, body).where(mine(params.id, user.id)), missing),
  )
  const deleteItem = items.delete(
    '/:id',
    { ...byId, response: z.object({ message: z.string() }), status: 200 },
    async ({ db, user, params }) => {
      await one(remove(db, Item).where(mine(params.id, user.id)), missing)
      return { message: 'Item deleted successfully' }
    },
  )

  return app({
    title: 'Full Stack FastAPI Project',
    routes: {
      login: { accessToken },
      items: { readItems, createItem, readItem, updateItem, deleteItem },
    },
    docs: { document: '/api/v1/openapi.json' },
    problems: { schema: Detail, write },
    trailingSlash: 'redirect',
    unknown: 'ignore',
    operationId: ({ module, name }) =>
      `${module}-${name.replace(/[A-Z]/g, (each) => `_${each.toLowerCase()}`)}`,
    limits: { body: 10_000 },
  })
}
