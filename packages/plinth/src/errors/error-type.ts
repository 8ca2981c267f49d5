import { checkOptions, type OptionNames } from './check-options.ts'
import type * as z from 'zod'
import { HttpError } from './http-error.ts'

/** How an {@link ErrorType} is declared. */
export interface ErrorTypeOptions<S extends number, D extends z.core.$ZodType> {
  /** HTTP status of the response. */
  readonly status: S
  /** The problem's `title`: the same for every occurrence. */
  readonly title: string
  /** The problem's `detail`, unless the throw has one. Default: the title. */
  readonly detail?: string
  /** Schema of the problem's `data` member. */
  readonly data?: D
}

const errorTypeOptions: OptionNames<ErrorTypeOptions<number, z.core.$ZodType>> = {
  status: true,
  title: true,
  detail: true,
  data: true,
}

/** An application's own error: throw its result, and declare it in the `errors` of routes and dependencies. */
export interface ErrorType<
  Code extends string = string,
  S extends number = number,
  D extends z.core.$ZodType = z.core.$ZodType,
> {
  (
    ...args: undefined extends D['_zod']['input']
      ? [data?: D['_zod']['input'], detail?: string]
      : [data: D['_zod']['input'], detail?: string]
  ): HttpError
  readonly code: Code
  readonly status: S
  readonly title: string
  readonly data: D | undefined
}

/** An entry of a route's or a dependency's `errors`: a status, or an {@link ErrorType}. */
export type DeclaredError = number | Pick<ErrorType, 'code' | 'status' | 'title' | 'data'>

/** The schema of an error without data. */
export interface NoData extends z.core.$ZodType<undefined, undefined> {}

/**
 * Declares an error with its own code, which the API's documentation and the client's types contain.
 *
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { errorType } from 'plinth'
 *
 * export const planLimit = errorType('PLAN_LIMIT', {
 *   status: 402,
 *   title: 'Plan limit reached',
 *   data: z.object({ limit: z.int() }),
 * })
 * // in a route: errors: [planLimit], and in its handler:
 * throw planLimit({ limit: 100 })
 * ```
 */
export function errorType<
  const Code extends string,
  const S extends number,
  D extends z.core.$ZodType = NoData,
>(code: Code, options: ErrorTypeOptions<S, D>): ErrorType<Code, S, D> {
  checkOptions(options, errorTypeOptions, `errorType("${code}")`)
  const make = (data?: unknown, detail?: string): HttpError =>
    new HttpError(options.status, detail ?? options.detail ?? options.title, {
      code,
      title: options.title,
      ...(data !== undefined && { extensions: { data } }),
    })
  return Object.assign(make, {
    code,
    status: options.status,
    title: options.title,
    data: options.data,
  })
}
