import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type * as z from 'zod'
import type { Reads } from './asked.types.ts'
import { asDependency, definition, type Dependency, type ParameterSource } from './definition.ts'

/** Options of a parameter. */
export interface ParameterOptions<N extends string | undefined = string | undefined> {
  /** Its name in the request. Default: the key of the dependency, in kebab-case for a header. */
  readonly name?: N & string
  readonly deprecated?: boolean
}

const parameterOptions: OptionNames<ParameterOptions> = { name: true, deprecated: true }

/** An input of the request that a dependency or a route reads by name. */
export class Parameter {
  readonly source: ParameterSource
  readonly schema: z.core.$ZodType
  readonly options: ParameterOptions

  constructor(source: ParameterSource, schema: z.core.$ZodType, options: ParameterOptions) {
    this.source = source
    this.schema = schema
    this.options = options
  }

  get [definition](): this {
    return this
  }

  /** Returns its name in the request, for a key. */
  nameFor(key: string): string {
    if (this.options.name !== undefined)
      return this.source === 'header' ? this.options.name.toLowerCase() : this.options.name
    return this.source === 'header'
      ? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')
      : key
  }
}

/** Declares parameters of one source. */
type ParameterOf<Source extends ParameterSource> = <
  S extends z.core.$ZodType,
  const N extends string | undefined = undefined,
>(
  schema: S,
  options?: ParameterOptions<N>,
) => Dependency<z.output<S>, Reads<Source, z.input<S>, N>>

const parameter =
  <Source extends ParameterSource>(source: Source): ParameterOf<Source> =>
  (schema, options = {}) => {
    checkOptions(options, parameterOptions, `${source}()`)
    return asDependency(new Parameter(source, schema, options))
  }

/**
 * Reads a path parameter in a dependency: `projectId: path(z.uuid())` reads `:projectId`.
 *
 * A guard can decide by it before the handler runs. Every route that uses the dependency must have the name in its
 * path, or the app fails to start. The handler has the parameter in `params`, too, and clients send it as text.
 *
 * @see https://fastapi.tiangolo.com/tutorial/path-params/
 * @example
 * ```ts
 * import { and, eq } from 'drizzle-orm'
 * import { betterAuth, database, dependency, field, model, notFound, path, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const user = betterAuth({ url: 'http://localhost:3000' })
 * const Member = model('members', {
 *   projectId: field(z.uuid(), { primaryKey: true }),
 *   userId: field(z.string(), { primaryKey: true }),
 * })
 * export const member = dependency(
 *   { user, db, projectId: path(z.uuid()) },
 *   async ({ user, db, projectId }) => {
 *     const mine = and(eq(Member.projectId, projectId), eq(Member.userId, user.id))
 *     const [found] = await db.select().from(Member).where(mine)
 *     return found ?? Promise.reject(notFound('No such project'))
 *   },
 *   { errors: [404] },
 * )
 * export const issues = router('/projects/:projectId/issues', { dependencies: { member } })
 * ```
 */
export const path: ParameterOf<'path'> = parameter('path')

/**
 * Reads a parameter of the query string. It is validated and documented, and its name is the key.
 *
 * @see https://fastapi.tiangolo.com/tutorial/query-params/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { dependency, query } from 'plinth'
 *
 * export const search = dependency({ q: query(z.string().max(100).optional()) }, ({ q }) => q?.trim())
 * ```
 */
export const query: ParameterOf<'query'> = parameter('query')

/**
 * Reads a header of the request: `userAgent: header(z.string())` reads `user-agent`.
 *
 * @see https://fastapi.tiangolo.com/tutorial/header-params/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { dependency, header } from 'plinth'
 *
 * export const locale = dependency(
 *   { acceptLanguage: header(z.string().default('en')) },
 *   ({ acceptLanguage }) => acceptLanguage.slice(0, 2),
 * )
 * ```
 */
export const header: ParameterOf<'header'> = parameter('header')

/**
 * Reads a cookie of the request.
 *
 * @see https://fastapi.tiangolo.com/tutorial/cookie-params/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { cookie, dependency } from 'plinth'
 *
 * export const theme = dependency({ theme: cookie(z.enum(['light', 'dark']).default('light')) }, ({ theme }) => theme)
 * ```
 */
export const cookie: ParameterOf<'cookie'> = parameter('cookie')
