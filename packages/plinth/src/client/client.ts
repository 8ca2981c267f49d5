import type {
  AnyRoute,
  AppErrors,
  Method,
  ProblemDocuments,
} from '../routing/client-route.types.ts'
import type { ClientCall } from './build-request.ts'
import { ClientError } from './client-error.ts'
import type { ClientOptions } from './client-options.types.ts'
import type { Client, Failed, AnyProblem, Succeeded } from './client.types.ts'
import { keepSetup } from './client-setup.ts'
import { checkCredentials } from './credentials.ts'
import { send } from './send.ts'
import { shareToken } from './share-token.ts'

export type { ProblemDocuments } from '../routing/client-route.types.ts'
export { ClientError } from './client-error.ts'
export { events } from './events.ts'
export type { EventsOptions } from './events.types.ts'
export { pages } from './pages.ts'
export type { ClientOptions } from './client-options.types.ts'
export { SocketClosed } from './socket/socket-closed.ts'
export { socket } from './socket/socket.ts'
export type { ClientSocket, SocketOptions } from './socket/socket.types.ts'
export type {
  AnyProblem,
  CallOptions,
  Client,
  DeclaredProblem,
  Failed,
  GeneralCode,
  Jsonify,
  ProblemBody,
  ProblemOf,
  Sendable,
  Settled,
  Succeeded,
} from './client.types.ts'

/** The part of an app's type that a client is inferred from. */
export interface TypedApp {
  readonly '~routes': AnyRoute
  readonly '~problem'?: AppErrors
}
/** The errors that the routes of an app do not declare; none if its types were written without them. */
type ErrorsIn<A extends TypedApp> = A extends { readonly '~problem': infer E extends AppErrors }
  ? unknown extends E['errors']
    ? ProblemDocuments
    : E
  : ProblemDocuments

const methods: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete']

/**
 * Creates a typed client for an app.
 * The types are inferred from the app: no code is generated, no server code is bundled.
 *
 * Paths, inputs and results have the types of the routes, in their wire form: a date arrives as a string, and may be
 * sent as a `Date`. A call resolves to the parsed response: `undefined` for a 204, an async iterable for a stream.
 *
 * @param url - the base URL of the app, such as `https://api.example.com`; in a browser, `''` is the page's origin
 * @throws {TypeError} two of the options are credentials for the same header
 * @throws {ClientError} from a call: the response is an error, or there was no response (`status` 0)
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { client } from 'plinth/client'
 *
 * const greetings = router('/greetings')
 * const greet = greetings.get('/:name', { response: z.object({ text: z.string() }) },
 *   ({ params }) => ({ text: `Hello ${params.name}` }))
 * const api = app({ title: 'Greetings', routes: { greetings: { greet } } })
 *
 * const c = client<typeof api>('http://localhost:8000', { token: async () => 'eyJ…' })
 * const { text } = await c.get('/greetings/:name', { params: { name: 'Ann' } })
 * const result = await c.try.get('/greetings/:name', { params: { name: 'Ann' } })
 * export const shown = result.ok ? result.data.text : result.problem.detail
 * ```
 */
export function client<A extends TypedApp>(
  url: string,
  options: ClientOptions = {},
): Client<A['~routes'], ErrorsIn<A>> {
  checkCredentials(options)
  const { token } = options
  const shared = typeof token === 'function' ? shareToken(token) : token
  // The options name one credential, which spreading them forgets.
  const setup = { url, options: { ...options, token: shared } as ClientOptions }
  const callsBy = (make: (call: ClientCall) => Promise<unknown>): object =>
    Object.fromEntries(
      methods.map((method) => [
        method,
        (path: string, args?: object) => make({ ...args, method, path }),
      ]),
    )
  const throwing = (call: ClientCall): Promise<unknown> =>
    send(setup, call).then(({ data }) => data)
  const settle = (call: ClientCall): Promise<Succeeded<unknown> | Failed<AnyProblem>> =>
    send(setup, call).then((received) => ({ ok: true, ...received }), failed)
  const calls = { ...callsBy(throwing), try: callsBy(settle) }
  return keepSetup(calls, setup) as Client<A['~routes'], ErrorsIn<A>>
}

function failed(error: unknown): Failed<AnyProblem> {
  if (!(error instanceof ClientError)) throw error
  const { status, problem, body } = error
  return { ok: false, status, problem, body }
}
