import type { AnyRoute, Method } from '../routing/client-route.types.ts'
import type { RoutesWith, RoutesByPath } from './client.types.ts'
import type { ClientSocket, SocketsByPath } from './socket/socket.types.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Leaf =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | Blob
  | AbortSignal

/** Resolves intersections and aliases, so that types are compared by structure and not by how they are written. */
type Deep<T> = [unknown] extends [T]
  ? T
  : [Json] extends [T]
    ? [T] extends [Json | undefined]
      ? 'any JSON'
      : 'more than JSON'
    : T extends Leaf
      ? T
      : T extends ReadonlySet<infer V>
        ? ReadonlySet<Deep<V>>
        : T extends object
          ? { [K in keyof T]: Deep<T[K]> }
          : T
type Identical<A, B> =
  // Two generic functions are identical only if their conditions are; no other form checks for identity.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** `true` for identical types; `false` for types that are only assignable. */
export type Same<A, B> = Identical<Deep<A>, Deep<B>>

interface TypedApp {
  readonly '~routes': AnyRoute
}
/** The arguments, the result and the problems of a call. */
export type CallOf<A extends TypedApp, M extends Method, P extends string> =
  RoutesByPath<RoutesWith<A['~routes'], M>> extends infer T ? T[P & keyof T] : never
/** Compares a call of two apps: its arguments, its result, its problems. */
export type SameCall<A, B> = A extends { rest: infer R1; out: infer O1; problem: infer P1 }
  ? B extends { rest: infer R2; out: infer O2; problem: infer P2 }
    ? [rest: Same<R1, R2>, out: Same<O1, O2>, problem: Same<P1, P2>]
    : never
  : never

/** The arguments and the messages of a socket. */
export type SocketOf<A extends TypedApp, P extends string> =
  SocketsByPath<A['~routes']> extends infer T ? T[P & keyof T] : never
/** Compares a socket of two apps: its arguments, what it sends, what it receives. */
export type SameSocket<A, B> = A extends {
  rest: infer R1
  socket: ClientSocket<infer S1, infer V1>
}
  ? B extends { rest: infer R2; socket: ClientSocket<infer S2, infer V2> }
    ? [rest: Same<R1, R2>, sent: Same<S1, S2>, received: Same<V1, V2>]
    : never
  : never
