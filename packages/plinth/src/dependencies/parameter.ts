import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Reads, ReadsOf } from './asked.types.ts'
import { asDependency, definition, type Dependency, type ParameterSource } from './definition.ts'
import { headerName, parameterFields, type ParameterField } from './parameter-fields.ts'

/** Options of a parameter. */
export interface ParameterOptions<N extends string | undefined = string | undefined> {
  /** Its name in the request. Default: the key of the dependency, in kebab-case for a header. */
  readonly name?: N & string
  readonly deprecated?: boolean
  /** `false` hides it from the OpenAPI document. It must be optional then. Default `true`. */
  readonly documented?: boolean
}

const parameterOptions: OptionNames<ParameterOptions> = {
  name: true,
  deprecated: true,
  documented: true,
}

/** An input of the request that a dependency or a route reads by name. */
export class Parameter {
  readonly source: ParameterSource
  readonly schema: z.core.$ZodType
  readonly options: ParameterOptions
  /** The parameters of a schema that is a model of several. */
  readonly fields: readonly ParameterField[] | undefined

  constructor(source: ParameterSource, schema: z.core.$ZodType, options: ParameterOptions) {
    this.source = source
    this.schema = schema
    this.options = options
    this.fields = parameterFields(source, schema)
  }

  get [definition](): this {
    return this
  }

  /** Returns its name in the request, for a key. */
  nameFor(key: string): string {
    if (this.options.name !== undefined)
      return this.source === 'header' ? this.options.name.toLowerCase() : this.options.name
    return this.source === 'header' ? headerName(key) : key
  }
}

/** Declares parameters of one source. */
type ParameterOf<Source extends ParameterSource> = <
  S extends z.core.$ZodType,
  const N extends string | undefined = undefined,
>(
  schema: S,
  options?: ParameterOptions<N>,
) => Dependency<z.output<S>, ReadsOf<Source, S, N>>

/** Refuses options that have no effect, or that make the documentation wrong. */
function checkParameter({ source, schema, options, fields }: Parameter): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_DEPENDENCY_INVALID', `${source}(): ${problem}`)
  }
  if (fields !== undefined && options.name !== undefined)
    refuse('the parameters of z.object({ … }) have the names of its fields: remove name')
  const all = fields?.map((field) => field.schema) ?? [schema]
  if (options.documented === false && all.some(({ _zod }) => _zod.optin === undefined))
    refuse('a parameter that is not documented must be optional: add .optional() or .default(…)')
}

/** The declaration of a parameter, for a route or a dependency. */
export function declareParameter(
  source: ParameterSource,
  schema: z.core.$ZodType,
  options: ParameterOptions = {},
): Parameter {
  checkOptions(options, parameterOptions, `${source}()`)
  const made = new Parameter(source, schema, options)
  checkParameter(made)
  return made
}

const parameter =
  <Source extends ParameterSource>(source: Source): ParameterOf<Source> =>
  (schema, options) => {
    return asDependency(declareParameter(source, schema, options))
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
 * `query(z.object({ … }))` reads one parameter for each field, and the value is the object.
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
 * `header(z.object({ … }))` reads one header for each field: `saveData` is `save-data`. A strict object refuses headers
 * that neither the route nor HTTP itself has.
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
 * `cookie(z.object({ … }))` reads one cookie for each field. A strict object refuses other cookies.
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

/**
 * Reads the JSON body in a dependency: `item: body(Item)`.
 *
 * If a route has several, through its dependencies and its own, the body is an object with one field for each, by key:
 * `{ item: body(Item), user: body(User) }` takes `{ "item": …, "user": … }`. A route that declares `body` itself cannot
 * use one, and neither can a guard, which decides before the body is read.
 *
 * @see https://fastapi.tiangolo.com/tutorial/body-multiple-params/
 * @example
 * ```ts
 * import { body, dependency, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const Item = z.object({ name: z.string(), price: z.number() })
 * const item = dependency({ item: body(Item) }, ({ item }) => ({ ...item, tax: item.price * 0.2 }))
 * export const create = router('/items').post('/', { dependencies: { item } }, ({ item }) => item)
 * ```
 */
export const body = <S extends z.core.$ZodType>(
  schema: S,
): Dependency<z.output<S>, Reads<'body', z.input<S>, undefined>> =>
  asDependency(declareParameter('body', schema))
