import type * as z from 'zod'
import type { DeclaredError, ErrorType } from './error-type.ts'

/**
 * The errors of a declaration as a client sees them.
 *
 * `[404, typeof planLimit]` -> `{ status: 404 } | { status: 402; code: 'PLAN_LIMIT'; data: { limit: number } }`
 */
export type ErrorsOf<E extends readonly DeclaredError[]> = {
  [I in keyof E]: E[I] extends ErrorType<infer Code, infer S, infer D>
    ? { readonly status: S; readonly code: Code; readonly data: z.output<D> }
    : E[I] extends number
      ? { readonly status: E[I] }
      : never
}[number]
