import type * as z from 'zod'

/** What a prepared query is told, by name. */
export type Inputs = Readonly<Record<string, z.core.$ZodType>>

declare const stands: unique symbol

/**
 * What stands for a value while a query is prepared: it goes where the value goes, and nothing else can be done with
 * it. What has few values, a boolean or an enum, is the value itself: the query is prepared for each.
 *
 * string -> string & { [stands] }; 'a' | 'b' -> 'a' | 'b'; Date | null -> (Date & { [stands] }) | null
 */
export type Standing<T> = T extends undefined | null | boolean
  ? T
  : T extends string
    ? { readonly [stands]?: never } extends Record<T, 1>
      ? T & { readonly [stands]: 'a text' }
      : T
    : T & { readonly [stands]: 'a value' }

/** { userId: ZodString } -> { userId: string } */
export type InputValues<I extends Inputs> = z.output<z.ZodObject<I>>

/** { userId: ZodString } -> { userId: Standing<string> } */
export type StandIns<I extends Inputs> = {
  readonly [K in keyof InputValues<I>]: Standing<InputValues<I>[K]>
}
