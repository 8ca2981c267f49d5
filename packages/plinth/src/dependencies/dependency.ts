import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Needs } from './asked.types.ts'
import type { RequestContext } from '../http/request-context.ts'
import { asDependency, definition, type asks, type Dependency, type value } from './definition.ts'
import { checkConcurrency, limitedFactory, type Concurrency } from './concurrency.ts'
import type { Bounded } from './lazy-query.ts'
import type { Credential } from './credential.ts'
import type { Parameter } from './parameter.ts'
import type { DependencyTraits } from './traits.ts'

/** Dependencies by the name that handlers use. */
export type Dependencies = Record<string, Dependency<unknown>>

/** The values of dependencies: `{ user: Dependency<User> }` -> `{ user: User }`. */
export type ValuesOf<D extends Dependencies> = { [K in keyof D]: D[K][typeof value] }

/** The values of outer and inner dependencies. Under a name that both have, a handler gets the inner one. */
export type ValuesWithin<D1 extends Dependencies, D2 extends Dependencies> = [
  SharedName<D1, D2>,
] extends [never]
  ? ValuesOf<D1> & ValuesOf<D2>
  : ValuesOf<Omit<D1, keyof D2>> & ValuesOf<D2>

/** Outer and inner dependencies together. All of them run, so under one name the inputs and errors are those of both. */
export type Within<D1 extends Dependencies, D2 extends Dependencies> = [
  SharedName<D1, D2>,
] extends [never]
  ? D1 & D2
  : Omit<D1, keyof D2> & { [K in keyof D2]: K extends keyof D1 ? Inner<D1[K], D2[K]> : D2[K] }
/** A name in both. `never` for dependencies whose names are not known. */
type SharedName<D1, D2> = string extends keyof D1 | keyof D2 ? never : keyof D1 & keyof D2
type Inner<A, B extends Dependency<unknown>> = Dependency<
  B[typeof value],
  AskedByBoth<NonNullable<AsksOf<A>>, NonNullable<AsksOf<B>>>
>
type AsksOf<D> = D extends { readonly [asks]?: infer A } ? A : never
type AskedByBoth<A, B> = {
  readonly [M in keyof A | keyof B]:
    | (M extends keyof A ? A[M] : never)
    | (M extends keyof B ? B[M] : never)
}

/** The value of a dependency, by the result of its factory: `Promise<T>` or a query -> `T`, and a generator -> what it yields. */
export type ProducedBy<R> = Awaited<
  Bounded<
    R extends AsyncGenerator<infer Y, unknown, unknown>
      ? Y
      : R extends Generator<infer Y, unknown, unknown>
        ? Y
        : R
  >
>

/**
 * The lifetime of a dependency's value.
 *
 * | scope | created | closed |
 * | --- | --- | --- |
 * | `request` | once per request | after the handler, before the response is sent |
 * | `response` | once per request | after the last byte, or when the client disconnects |
 * | `app` | once, on first use | at shutdown |
 */
export type Scope = 'request' | 'response' | 'app'

/** Options of a dependency. */
export interface DependencyOptions<E = readonly DeclaredError[]> {
  /** Default `request`. */
  readonly scope?: Scope
  /** `false` creates a new value for each use. Default `true`: one per request. */
  readonly cache?: boolean
  /**
   * The errors that it may throw, for the documentation of every route that uses it.
   *
   * A dependency that declares 401 or 403 is a guard: it runs before the inputs of the request are read.
   */
  readonly errors?: E
  /** The scopes that it requires, for the documentation of its credential. */
  readonly scopes?: readonly string[]
  /** Its name in messages. Default: the name of the factory. */
  readonly name?: string
  /**
   * How many requests of this process may have its value at the same time; `{ max: 4, queue: 20 }` lets 20 others wait.
   *
   * The others wait in order, until their own timeout, and keep their place until the value is closed. When 100 wait,
   * more are a 503 with `Retry-After`. Default: no limit.
   */
  readonly maxConcurrency?: number | Concurrency
}

/** The name of a dependency whose factory has none. */
export const unnamed = 'a dependency'

const dependencyOptions: OptionNames<DependencyOptions> = {
  scope: true,
  cache: true,
  errors: true,
  scopes: true,
  name: true,
  maxConcurrency: true,
}

/** The definition of a dependency, for plans. */
export class DependencyDefinition {
  readonly needs: Readonly<Record<string, Injectable>>
  readonly factory: (context: object) => unknown
  readonly scope: Scope
  readonly cache: boolean
  readonly errors: readonly DeclaredError[]
  readonly scopes: readonly string[]
  readonly name: string
  /** Set for dependencies of Plinth's own. */
  traits: DependencyTraits = {}

  constructor(
    needs: Readonly<Record<string, Injectable>>,
    factory: (values: never) => unknown,
    options: DependencyOptions = {},
  ) {
    this.needs = needs
    this.scope = options.scope ?? 'request'
    this.cache = options.cache ?? true
    this.errors = options.errors ?? []
    this.scopes = options.scopes ?? []
    this.name = options.name ?? (factory.name || unnamed)
    // The types of `dependency()` make sure that the plan gives a factory what it takes.
    const plain = factory as (context: object) => unknown
    const { maxConcurrency } = options
    this.factory = maxConcurrency === undefined ? plain : this.#limited(plain, maxConcurrency)
  }

  #limited(factory: (context: object) => unknown, given: number | Concurrency) {
    const where = `the dependency "${this.name}"`
    const limits = checkConcurrency(given, where)
    const problem =
      this.scope === 'app'
        ? "its value has scope 'app', so that all requests share one: remove maxConcurrency"
        : !this.cache
          ? 'with cache: false a request could wait for itself: remove maxConcurrency, or cache: false'
          : undefined
    if (problem !== undefined)
      throw new PlinthError('PLINTH_DEPENDENCY_INVALID', `${where}: ${problem}`)
    return limitedFactory(factory, limits)
  }

  get [definition](): this {
    return this
  }
}

/** A dependency, or an input of the request, by its definition. */
export type Injectable = DependencyDefinition | Parameter | Credential

/**
 * Returns the definition of a dependency.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it is not a dependency
 */
export function definitionOf(asked: unknown, key: string): Injectable {
  const found = (asked as { [definition]?: Injectable } | null | undefined)?.[definition]
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `"${key}" is not a dependency: wrap its factory in dependency(() => …), or check for a circular import of its module`,
    )
  return found
}

type Factory<V, R> = (context: V) => R

/**
 * Declares a dependency: a value that handlers and other dependencies use by name.
 *
 * The factory gets its own dependencies and the request's context. It may be a function, an async function, a
 * generator or an async generator. A generator yields the value once, and its code after the `yield` is the cleanup.
 * An error of the request is thrown at the `yield`.
 *
 * A query that the factory returns or yields runs, and the value is its result. To hand on a query that others refine,
 * return a function that builds it.
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
  // `dependency(factory, options)` is short for `dependency({}, factory, options)`.
  const [needs, factory, options] =
    typeof first === 'function' ? [{}, first, second] : [first, second, third]
  if (typeof factory !== 'function')
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      'dependency() needs a factory: write dependency(({ log }) => …), or dependency({ db }, ({ db }) => …) with the dependencies it uses',
    )
  checkOptions(options, dependencyOptions, `the dependency "${factory.name || 'dependency()'}"`)
  const definitions = Object.entries(needs).map(
    ([key, asked]) => [key, definitionOf(asked, key)] as const,
  )
  return asDependency(
    new DependencyDefinition(
      Object.fromEntries(definitions),
      factory,
      options as DependencyOptions | undefined,
    ),
  )
}
