import type * as z from 'zod'
import { definition, type Dependency } from './dependency.ts'

/** Where a parameter stands in the request. */
export type ParameterSource = 'query' | 'header' | 'cookie'

/** What there is to say of a parameter besides its schema. */
export interface ParameterOptions {
  /** Its name in the request; by default the key under which it is asked for (a header's in kebab-case). */
  readonly name?: string
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

const parameter =
  (source: ParameterSource) =>
  <S extends z.core.$ZodType>(schema: S, options: ParameterOptions = {}): Dependency<z.output<S>> =>
    new Parameter(source, schema, options) as unknown as Dependency<z.output<S>>

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
export const query: <S extends z.core.$ZodType>(
  schema: S,
  options?: ParameterOptions,
) => Dependency<z.output<S>> = parameter('query')

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
export const header: <S extends z.core.$ZodType>(
  schema: S,
  options?: ParameterOptions,
) => Dependency<z.output<S>> = parameter('header')

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
export const cookie: <S extends z.core.$ZodType>(
  schema: S,
  options?: ParameterOptions,
) => Dependency<z.output<S>> = parameter('cookie')
