import type * as z from 'zod'
import type { AskedOf, InputsOf } from '../../dependencies/asked.types.ts'
import type { Dependencies, ValuesWithin } from '../../dependencies/dependency.ts'
import type { DeclaredError } from '../../errors/error-type.ts'
import type { ErrorsOf } from '../../errors/errors-of.types.ts'
import type { ConnectionFacts } from '../../http/request-context.ts'
import type { Returned, Sent } from '../../schemas/response-value.types.ts'
import type { SocketRoute } from '../client-route.types.ts'
import type {
  AnyZod,
  CookiesOf,
  FromPath,
  HasPathNames,
  HeadersOf,
  Join,
  NoQuery,
  NoValue,
  Reserved,
} from '../route.types.ts'
import type { UnknownFields } from '../unknown-fields.ts'

/** The schema of the messages that a socket does not take, or does not send. */
export interface NoMessage extends z.core.$ZodType<never, never> {}

/** Close codes of an application, with their meaning. */
export type CloseCodes = Readonly<Record<number, string>>

/** The limits of a socket. All of them are on, except `idle`. */
export interface SocketLimits {
  /** Bytes of one message from the client; more is 1009. Default 65 536. */
  readonly message?: number
  /** Messages per second from one client, which may send a second's worth at once; more is 4429. Default 50. */
  readonly rate?: number
  /** Messages that wait for the handler before reading pauses, so that TCP holds the client back. Default 16. */
  readonly buffer?: number
  /** Bytes that wait for a slow client before `yield` waits. Default 65 536. */
  readonly outgoing?: number
  /** Milliseconds between two pings; a client that has not answered by the next one is disconnected. Default 25 000. */
  readonly ping?: number
  /** Milliseconds without a message from the client, else 4408; 0 for no limit. Default 0. */
  readonly idle?: number
  /**
   * Open sockets of one caller on this path, per process; more are a 429. Default 20; 0 for no limit.
   *
   * A caller is the user of a credential, or else the address of the client if `serve()` knows it (`trustProxy`).
   */
  readonly perCaller?: number
}

/** The part of a route's declaration that only a socket has. */
export interface SocketDeclaration {
  /** Schema of a message from the client; `undefined` if the socket takes none. */
  readonly receive: AnyZod | undefined
  /** Schema of a message to the client; `undefined` if it sends none. */
  readonly send: AnyZod | undefined
  readonly closes: CloseCodes
  readonly limits: Required<SocketLimits>
}

/** The declaration of a socket, except its path and its handler. */
export interface SocketSpec<
  Params,
  Query,
  Receive,
  Send,
  D,
  E,
  Closes = CloseCodes,
  Check = unknown,
  Headers = AnyZod,
  Cookies = AnyZod,
> {
  /** Schema of the path parameters. Default: each is a string. */
  params?: Params & Check
  /** Schema of the query string: an object. Unknown names are refused. */
  query?: Query
  /** Schema of headers of the handshake: an object, whose key `saveData` is the header `save-data`. */
  headers?: Headers
  /** Schema of cookies: an object. */
  cookies?: Cookies
  /** Schema of one message from the client, sent as JSON. Default: the client may send none. */
  receive?: Receive
  /** Schema of one message to the client: of each value that the handler yields. Default: it yields none. */
  send?: Send
  dependencies?: D
  /** The errors that the handler may throw, for the documentation and the client. */
  errors?: E
  /** The close codes that the handler may throw as a `SocketClose`, with their meaning: `{ 4001: 'The game is over' }`. */
  closes?: Closes
  limits?: SocketLimits
  /** Default: that of the app's `operationId`, or `rooms.room` for `room` of the module `rooms`. */
  operationId?: string
  /** A one-line summary for the documentation. */
  summary?: string
  /** A description for the documentation, in Markdown. */
  description?: string
  /** Groups in the documentation. Default: the router's, or the module's name. */
  tags?: readonly string[]
  deprecated?: boolean
  /** `false` hides the socket from the documentation. Default `true`. */
  documented?: boolean
  /** The treatment of unknown query parameters. Default: the router's, or the app's. */
  unknown?: UnknownFields
  /** The timeout of the handshake in milliseconds; 0 for no timeout. Default: the app's `limits.deadline`. */
  deadline?: number
}

/** The argument of a socket's handler: inputs, messages, the request's context, and dependencies by name. */
export type SocketContext<
  Params extends AnyZod,
  Query extends AnyZod,
  Receive extends AnyZod,
  D1 extends Dependencies,
  D2 extends Dependencies,
  Headers extends AnyZod,
  Cookies extends AnyZod,
> = {
  params: z.output<Params>
  query: z.output<Query>
  headers: z.output<Headers>
  cookies: z.output<Cookies>
  /** The messages of the client. It ends when the socket does. */
  readonly incoming: AsyncIterableIterator<z.output<Receive>, undefined, unknown>
} & ConnectionFacts &
  ValuesWithin<D1, D2>

/**
 * The type of a socket's handler.
 *
 * It is an async generator, or an async function if the socket sends nothing.
 *
 * The whole function type is conditional so that TypeScript evaluates it before it looks at the handler: the schema then
 * gives the handler's literals their context, as in a route.
 */
export type SocketHandler<C, Send extends AnyZod> = [z.input<Send>] extends [never]
  ? (context: C) => AsyncIterable<never> | Promise<void>
  : unknown extends z.input<Send>
    ? (context: C) => AsyncIterable<unknown>
    : (context: C) => AsyncIterable<Returned<Send>>

/** Declares a socket: its path, its inputs and messages, and its handler. */
export interface RegisterSocket<
  Prefix extends string,
  D1 extends Dependencies,
  E1 extends readonly DeclaredError[],
> {
  <
    Path extends string,
    Params extends AnyZod = FromPath<Join<Prefix, Path>>,
    Query extends AnyZod = NoQuery,
    Receive extends AnyZod = NoMessage,
    Send extends AnyZod = NoMessage,
    D2 extends Dependencies & Reserved & { incoming?: never } = {},
    const E extends readonly DeclaredError[] = [],
    const Closes extends CloseCodes = {},
    Headers extends AnyZod = NoValue,
    Cookies extends AnyZod = NoValue,
  >(
    path: Path,
    spec: SocketSpec<
      Params,
      Query,
      Receive,
      Send,
      D2,
      E,
      Closes,
      HasPathNames<Join<Prefix, Path>, Params>,
      Headers,
      Cookies
    >,
    handler: SocketHandler<SocketContext<Params, Query, Receive, D1, D2, Headers, Cookies>, Send>,
  ): SocketRoute<
    Join<Prefix, Path>,
    {
      params: z.input<Params>
      query: z.input<Query> & InputsOf<D1, 'query'> & InputsOf<D2, 'query'>
      headers: HeadersOf<Headers> & InputsOf<D1, 'header'> & InputsOf<D2, 'header'>
      cookies: CookiesOf<Cookies> & InputsOf<D1, 'cookie'> & InputsOf<D2, 'cookie'>
      receive: z.input<Receive>
      send: Sent<Send>
      errors: ErrorsOf<E> | ErrorsOf<E1> | AskedOf<D1, 'errors'> | AskedOf<D2, 'errors'>
      closes: keyof Closes & number
    }
  >
}
