import * as z from 'zod'
import { app } from '../../app/app.ts'
import { bearer } from '../../auth/schemes/bearer.ts'
import type { CorsOptions } from '../../cors/cors.types.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { header, query } from '../../dependencies/parameter.ts'
import { errorType } from '../../errors/error-type.ts'
import { HttpError, unauthorized } from '../../errors/http-error.ts'
import { SocketClose } from '../../errors/socket-close.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'

const Message = z.object({
  text: z.string(),
  at: z.date(),
  ids: z.set(z.bigint()).default(new Set()),
})
const Posted = z.object({ room: z.string(), text: z.string(), at: z.date(), count: z.bigint() })
export const left = errorType('LEFT', {
  status: 410,
  title: 'Left',
  data: z.object({ at: z.date() }),
})

const page = dependency(
  { since: query(z.date().optional()), tags: query(z.array(z.int()).default([])) },
  (it) => it,
)
const user = dependency({ token: bearer() }, ({ token }) => {
  if (token.startsWith('old')) throw unauthorized('The token is too old')
  return { token }
})
const tenant = dependency({ xTenant: header(z.int()) }, ({ xTenant }) => xTenant)

/** Sockets that echo, count, fail, and ask for a token. */
function rooms() {
  const rooms = router('/rooms')
  return {
    talk: rooms.socket(
      '/:room',
      {
        receive: Message,
        send: Posted,
        dependencies: { page },
        errors: [left, 403],
        closes: { 4001: 'The room was closed' },
      },
      async function* ({ incoming, params, page }) {
        for await (const { text, at, ids } of incoming) {
          if (text === 'close') throw new SocketClose(4001, 'The room was closed')
          if (text === 'kick') throw new HttpError(403, 'You were removed')
          if (text === 'bye') return
          yield { room: params.room, text, at, count: BigInt(ids.size + page.tags.length) }
        }
      },
    ),
    /** Sends its numbers without waiting for anything. */
    count: rooms.socket(
      '/:room/count',
      {
        params: z.object({ room: z.enum(['a', 'b']) }),
        query: z.object({ to: z.int() }),
        send: z.object({ n: z.int() }),
      },
      async function* ({ query }) {
        for (let n = 1; n <= query.to; n++) yield { n }
      },
    ),
    me: rooms.socket(
      '/me/token',
      {
        receive: z.enum(['renew', 'who']),
        send: z.object({ token: z.string() }),
        dependencies: { user },
      },
      async function* ({ incoming, user }) {
        for await (const asked of incoming) {
          if (asked === 'renew') throw unauthorized('The token has expired')
          yield user
        }
      },
    ),
    tenant: rooms.socket(
      '/tenant/log',
      { send: z.object({ tenant: z.int() }), dependencies: { tenant } },
      async function* ({ tenant }) {
        yield { tenant }
      },
    ),
    read: rooms.get(
      '/:room/read',
      { response: z.object({ room: z.string() }) },
      ({ params }) => params,
    ),
  }
}

/** An app without a log. */
export const socketApp = ({ cors }: { cors?: CorsOptions } = {}) =>
  app({
    title: 'Rooms',
    ...(cors && { cors }),
    routes: { rooms: rooms() },
    log: createLogger({ level: 'silent', format: 'json', destination: { write: () => true } }),
  })

export type SocketApi = ReturnType<typeof socketApp>
