import type { AnySchema } from './any-schema.ts'
import { copyWith } from './rewrite.ts'
import { definitionOf, memberOf } from './zod-definition.ts'

/** The key of the format in a schema's definition, which every copy of the schema shares. */
const format: unique symbol = Symbol('plinth.format')

/** Gives a schema a format where Zod has none for its values, such as bytes, so that they are a kind of their own. */
export const withFormat = <S extends AnySchema>(schema: S, name: string): S =>
  copyWith(schema, { [format]: name })

/** The format that {@link withFormat} gave a schema. */
export const givenFormat = (schema: AnySchema): string | undefined =>
  memberOf(definitionOf(schema), format) as string | undefined
