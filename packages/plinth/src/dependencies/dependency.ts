import type { DeclaredError } from '../errors/error-type.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Needs } from './asked.types.ts'
import type { RequestContext } from '../http/request-context.ts'
import { asDependency, definition, type Dependency, type value } from './definition.ts'
import type { Credential } from './credential.ts'
import type { Parameter } from './parameter.ts'

/** Dependencies by the name under which they are given. */
export type Dependencies = Record<string, Dependency<unknown>>

/** `{ user: Dependency<User> }` -> `{ user: User }` */
export type ValuesOf<D extends Dependencies> = { [K in keyof D]: D[K][typeof value] }

/** `Promise<T>` -> `T`, and of a generator what it yields. */
export type ProducedBy<R> =
  R extends AsyncGenerator<infer Y, unknown, unknown>
    ? Y
    : R extends Generator<infer Y, unknown, unknown>
      ? Y
      : Awaited<R>

/**
 * How long what a dependency gives lives.
 *
 * | scope | made | closed |
 * | --- | --- | --- |
 * | `request` | once a request | after the handler, before the answer is sent |
 * | `response` | once a request | after the last byte, or when the client goes away |
 * | `app` | once, at first use | at shutdown |
 */
export type Scope = 'request' | 'response' | 'app'

/** What there is to say of a dependency besides what it needs and gives. */
export interface DependencyOptions<E = readonly DeclaredError[]> {
  /** Default `request`. */
  readonly scope?: Scope
  /** `false` makes it anew wherever it is asked for. Default `true`: once a request. */
  readonly cache?: boolean
  /**
   * The errors it may throw: they are in the documentation of every route that uses it. One that names 401 or 403
   * decides about the caller, and so is made before the request's inputs are read.
   */
  readonly errors?: E
  /** Scopes without which it refuses: the documentation shows them at the credential that it needs. */
  readonly scopes?: readonly string[]
  /** What messages call it; by default the factory's name. */
  readonly name?: string
}

/** A dependency as the plan sees it. */
export class DependencyDefinition {
  readonly needs: Readonly<Record<string, Injectable>>
  readonly factory: (context: object) => unknown
  readonly scope: Scope
  readonly cache: boolean
  readonly errors: readonly DeclaredError[]
  readonly scopes: readonly string[]
  readonly name: string

  constructor(
    needs: Readonly<Record<string, Injectable>>,
    factory: (values: never) => unknown,
    options: DependencyOptions = {},
  ) {
    this.needs = needs
    // The types of `dependency()` make sure that the plan gives a factory what it takes.
    this.factory = factory as (context: object) => unknown
    this.scope = options.scope ?? 'request'
    this.cache = options.cache ?? true
    this.errors = options.errors ?? []
    this.scopes = options.scopes ?? []
    this.name = options.name ?? (factory.name || 'a dependency')
  }

  get [definition](): this {
    return this
  }
}

/** What the plan can make: a dependency, or an input of the request. */
export type Injectable = DependencyDefinition | Parameter | Credential

/**
 * The definition behind what was asked for.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it is nothing that can be asked for
 */
export function definitionOf(asked: unknown, key: string): Injectable {
  const found = (asked as { [definition]?: Injectable } | null | undefined)?.[definition]
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `"${key}" is not a dependency: wrap what makes it in dependency(() => …), or check that its module is not imported in a circle`,
    )
  return found
}

type Factory<V, R> = (context: V) => R

/**
 * Declares something that handlers and other dependencies can ask for by name.
 *
 * The factory is given what it needs and the request's context, and may be a function, an async function, a generator
 * or an async generator: what a generator yields is the value, and what stands after its `yield` runs when the value
 * is closed. An error of the request is thrown into it at the `yield`.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: a need is not a dependency
 * @see https://fastapi.tiangolo.com/tutorial/dependencies/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { dependency, query } from 'plinth'
 *
 * export const page = dependency(
 *   { limit: query(z.int().min(1).max(100).default(20)), offset: query(z.int().min(0).max(100_000).default(0)) },
 *   ({ limit, offset }) => ({ limit, offset }),
 * )
 * export const stopwatch = dependency(function* ({ log }) {
 *   const start = performance.now()
 *   yield start
 *   log.info({ ms: performance.now() - start }, 'closed')
 * })
 * ```
 */
export function dependency<R, const E extends readonly DeclaredError[] = []>(
  factory: Factory<RequestContext, R>,
  options?: DependencyOptions<E>,
): Dependency<ProducedBy<R>, Needs<{}, E>>
export function dependency<
  const D extends Dependencies,
  R,
  const E extends readonly DeclaredError[] = [],
>(
  needs: D,
  factory: Factory<ValuesOf<D> & RequestContext, R>,
  options?: DependencyOptions<E>,
): Dependency<ProducedBy<R>, Needs<D, E>>
export function dependency(
  first: Dependencies | Factory<never, unknown>,
  second?: Factory<never, unknown> | DependencyOptions,
  third?: DependencyOptions,
): Dependency<unknown> {
  const made =
    typeof first === 'function'
      ? new DependencyDefinition({}, first, second as DependencyOptions)
      : new DependencyDefinition(
          Object.fromEntries(
            Object.entries(first).map(([key, asked]) => [key, definitionOf(asked, key)]),
          ),
          second as Factory<never, unknown>,
          third,
        )
  return asDependency(made)
}
