/**
 * The result of a handler with its status, made by `respond` of its context.
 *
 * @example
 * ```ts
 * import type { Responded } from 'plinth'
 *
 * export const statusOf = (result: Responded<201 | 202>): number => result.status
 * ```
 */
export class Responded<S extends number> {
  readonly status: S
  readonly value: unknown
  readonly headers: Readonly<Record<string, unknown>> | undefined

  constructor(status: S, value: unknown, headers: Readonly<Record<string, unknown>> | undefined) {
    this.status = status
    this.value = value
    this.headers = headers
  }
}

/** Gives a result its status, and its headers. The context of a handler has this function. */
export const respond = <S extends number>(
  status: S,
  value?: unknown,
  headers?: Readonly<Record<string, unknown>>,
): Responded<S> => new Responded(status, value, headers)
