import { Placeholder } from 'drizzle-orm'
import type * as z from 'zod'
import { PlinthError } from '../../errors/plinth-error.ts'

/**
 * What a prepared query is built with, of an input: the value itself, for one that has few; what stands for any value;
 * or nothing, where a value can neither be one of few nor stand, as a list, whose length is in the text.
 */
export type Stand = 'itself' | 'any' | 'never'

interface Def {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly out?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
}

const itself = new Set(['boolean', 'enum', 'literal', 'null', 'undefined', 'void'])
const any = new Set(['string', 'number', 'int', 'bigint', 'date', 'template_literal'])

/** z.enum([…]) -> 'itself'; z.string().optional() -> 'any'; z.array(…) -> 'never' */
export function standOf(schema: z.core.$ZodType): Stand {
  const { type, innerType, out, options } = schema._zod.def as Def
  if (itself.has(type)) return 'itself'
  if (any.has(type)) return 'any'
  const inner = innerType ?? out
  if (inner !== undefined) return standOf(inner)
  const [first, ...others] = (options ?? []).map(standOf)
  return first !== undefined && others.every((each) => each === first) ? first : 'never'
}

/**
 * Whether what stands for a value is not built with: a value of few is itself, and so is one that an `if` takes for none.
 */
export const isItself = (value: unknown, stand: Stand): boolean => stand === 'itself' || !value

/** 'low', of an enum -> 'string3:low;'; '', of any text -> 'string0:;'; any other text -> 'v;' */
export function kindOf(value: unknown, stand: Stand): string {
  if (!isItself(value, stand)) return 'v;'
  const text = String(value)
  return `${typeof value}${text.length}:${text};`
}

// What Drizzle asks of whatever may be a part of a query.
const known = new Set<string | symbol>(['name', 'constructor', 'getSQL', 'decoder', 'then'])

/** Stands for a value: Drizzle's own placeholder, which says so when it is taken for one. */
export const standIn = (name: string): object =>
  new Proxy(new Placeholder(name), {
    get: (target, key) => {
      const isKnown = known.has(key) || (typeof key === 'symbol' && key !== Symbol.toPrimitive)
      if (isKnown) return Reflect.get(target, key) as unknown
      throw new PlinthError(
        'PLINTH_PREPARED_INVALID',
        `A prepared query is built once, so it cannot use the value of its input "${name}"${typeof key === 'string' ? ` (${key})` : ''}: work it out before, and give it as an input`,
      )
    },
  })
