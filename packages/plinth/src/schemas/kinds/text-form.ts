import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { definitionOf } from '../zod-definition.ts'
import type { WireForm } from './value-kind.ts'

/** A value written as text. */
export interface TextForm<T> {
  /** The text that a caller may send. */
  readonly text: z.core.$ZodType<string>
  readonly decode: (text: string) => T
  readonly encode: (value: T) => string
}

/** A value that is text in JSON too, because JSON has no values of its kind. */
export interface JsonTextForm<T> extends TextForm<T> {
  /** The text that a caller is sent; by default {@link TextForm.text}. */
  readonly sentText?: AnySchema
  /** Writes a value for a caller, and reports one that no text describes; by default {@link TextForm.encode}. */
  readonly send?: (value: T, context: z.RefinementCtx) => string
}

/** The two directions of a codec. */
export interface Ways<I, O> {
  readonly decode: (value: I) => O
  readonly encode: (value: O) => unknown
}

/** A codec between schemas whose types TypeScript does not know. */
export const codecOf = <I extends AnySchema, O>(
  from: I,
  to: AnySchema,
  ways: Ways<z.output<I>, O>,
): AnySchema =>
  // Zod infers the types of the functions from both schemas, and only the caller knows the type of `to`
  z.codec(from, to, ways as never)

/** A list as text: `a=1` alone is a list of one. */
export const listFromText = (list: AnySchema): AnySchema =>
  codecOf(z.unknown(), list, {
    decode: (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    encode: (value: unknown) => value,
  })

/** A schema with `coerce` reads what it likes; only its output is written as text. */
const isCoercing = (schema: AnySchema): boolean => {
  const definition = definitionOf(schema)
  return 'coerce' in definition && (definition as { readonly coerce?: unknown }).coerce === true
}

/** A value that JSON has, and that is text where there is text alone. */
export const textOnly = <T>(form: TextForm<T>): WireForm => ({
  differs: (schema, source) => source === 'strings' && !isCoercing(schema),
  codec: (schema) => codecOf(form.text, schema, form),
})

/** A value that is text in every source. */
export function alwaysText<T>(form: JsonTextForm<T>): WireForm {
  const { text, encode, sentText = text, send = encode } = form
  const coerced = {
    decode: (value: unknown) => value,
    encode: encode as (value: unknown) => string,
  }
  return {
    text,
    differs: () => true,
    codec: (schema) =>
      isCoercing(schema) ? codecOf(z.unknown(), schema, coerced) : codecOf(text, schema, form),
    encoder: (schema) => {
      const written: AnySchema = z.pipe(schema, z.transform(send))
      return z.pipe(written, sentText)
    },
  }
}
