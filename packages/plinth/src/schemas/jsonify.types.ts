// A client's compiler reads this file: it imports nothing.

/** Values that JSON leaves unchanged, apart from lists and objects. */
export type Plain = string | number | boolean | null | undefined
/**
 * Types that JSON leaves unchanged: mapping them is unnecessary, and impossible for recursive ones such as `z.json()`.
 */
export type Json = Plain | readonly Json[] | { readonly [key: string]: Json }

/** A result as JSON: `{ at: Date; size: bigint; ids: Set<Date> }` -> `{ at: string; size: string; ids: string[] }`. */
export type Jsonify<T> = T extends Json
  ? T
  : T extends Date | bigint
    ? string
    : T extends ReadonlySet<infer V>
      ? Jsonify<V>[]
      : T extends object
        ? { [K in keyof T]: Jsonify<T[K]> }
        : T
