import type { AnyRoute } from '../routing/client-route.types.ts'
import type { ClientError } from './client-error.ts'
import type { OutOf, RestOf } from './client.types.ts'

/** Options of {@link events}, besides the inputs of its route. */
export interface EventsOptions {
  /** Called after each reconnect. Unless the server goes on from the last id, events may have been missed. */
  readonly onReconnect?: (() => void) | undefined
  /** Called when the stream has ended or was lost, before the first attempt to reconnect. */
  readonly onDisconnect?: ((error: ClientError) => void) | undefined
  /**
   * Retries after failed attempts in a row. Those of an offline browser do not count.
   * Default: the client's `retries` before the first connection, and then 60, which is about ten minutes.
   */
  readonly retries?: number | undefined
}

/** The paths of GET routes that stream. */
export type StreamPath<Routes extends AnyRoute> = {
  [R in Extract<Routes, { method: 'get' }> as R['path']]: [R['~types']['out']] extends [
    AsyncIterable<unknown>,
  ]
    ? [R['~types']['out']] extends [never]
      ? 0
      : 1
    : 0
} extends infer Is
  ? { [P in keyof Is]: Is[P] extends 1 ? P : never }[keyof Is] & string
  : never

/** The arguments of an event stream after its path. */
export type EventsRest<Routes extends AnyRoute, P> =
  RestOf<Routes, P> extends [args: infer A]
    ? [args: A & EventsOptions]
    : RestOf<Routes, P> extends [args?: infer A]
      ? [args?: A & EventsOptions]
      : never

/** The values of an event stream. */
export type EventOf<Routes extends AnyRoute, P> =
  OutOf<Routes, P> extends AsyncIterable<infer T> ? T : never
