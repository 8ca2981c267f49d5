import type { AnyRoute, Method } from '../routing/client-route.types.ts'
import type { RoutesWith, RoutesByPath } from './client.types.ts'

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

/** A type with its intersections and aliases worked out, so that only what it is counts, and not how it was written. */
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
  // two functions with a type parameter are the same only where what they are asked about is: no other form asks that
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** `true` for one and the same type: not for one that may only stand in the other's place. */
export type Same<A, B> = Identical<Deep<A>, Deep<B>>

interface TypedApp {
  readonly '~routes': AnyRoute
}
/** The arguments, the result and the problems of a call. */
export type CallOf<A extends TypedApp, M extends Method, P extends string> =
  RoutesByPath<RoutesWith<A['~routes'], M>> extends infer T ? T[P & keyof T] : never
/** Whether a call of two apps is the same: its arguments, its result, its problems. */
export type SameCall<A, B> = A extends { rest: infer R1; out: infer O1; problem: infer P1 }
  ? B extends { rest: infer R2; out: infer O2; problem: infer P2 }
    ? [rest: Same<R1, R2>, out: Same<O1, O2>, problem: Same<P1, P2>]
    : never
  : never
