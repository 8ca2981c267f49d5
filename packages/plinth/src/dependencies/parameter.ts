import type * as z from 'zod'
import type { Reads } from './asked.types.ts'
import { asDependency, definition, type Dependency, type ParameterSource } from './definition.ts'

/** What there is to say of a parameter besides its schema. */
export interface ParameterOptions<N extends string | undefined = string | undefined> {
  /** Its name in the request; by default the key under which it is asked for (a header's in kebab-case). */
  readonly name?: N & string
  readonly deprecated?: boolean
}

/** An input of the request that a dependency or a route asks for by itself. */
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

  /** Its name in the request, asked for under this key. */
  nameFor(key: string): string {
    if (this.options.name !== undefined)
      return this.source === 'header' ? this.options.name.toLowerCase() : this.options.name
    return this.source === 'header'
      ? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')
      : key
  }
}

/** Makes parameters of one part of the request. */
type ParameterOf<Source extends ParameterSource> = <
  S extends z.core.$ZodType,
  const N extends string | undefined = undefined,
>(
  schema: S,
  options?: ParameterOptions<N>,
) => Dependency<z.output<S>, Reads<Source, z.input<S>, N>>

const parameter =
  <Source extends ParameterSource>(source: Source): ParameterOf<Source> =>
  (schema, options = {}) =>
    asDependency(new Parameter(source, schema, options))

/**
 * A part of the path: `projectId: path(z.uuid())` reads `:projectId`, for what decides by it before the handler is called.
 *
 * Each route that uses the dependency must have the name in its path; another one stops the start. The handler has it in
 * `params`, too, and a client sends it as text.
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
 *     return found ?? Promise.reject(notFound('There is no such project'))
 *   },
 *   { errors: [404] },
 * )
 * export const issues = router('/projects/:projectId/issues', { dependencies: { member } })
 * ```
 */
export const path: ParameterOf<'path'> = parameter('path')

/**
 * A parameter of the query string: checked, documented, and named as the key it is asked for under.
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
 * A header of the request: `userAgent: header(z.string())` reads `user-agent`.
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
 * A cookie of the request.
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
