import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from './any-schema.ts'
import { outgoing } from './outgoing.ts'
import { eager, some } from './rewrite.ts'
import { memberOf } from './zod-definition.ts'

/** What came of reading or writing a value: the value, or everything that is wrong with it. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] }

/** A schema made ready for many values. */
export interface Compiled {
  /** From the wire to the handler: all problems at once. */
  readonly decode: (value: unknown) => Outcome
  /** From the handler to the wire. */
  readonly encode: (value: unknown) => Outcome
}

// Zod's own safeParse would make an Error of the issues, with a stack that nobody reads.
const parse = z.core._safeParse(z.core.$ZodError)

/** A function that runs a schema, compiled where Zod can do so. */
function runner(schema: AnySchema): (value: unknown) => Outcome {
  const fast = z.compile(schema)
  return (value) => {
    const result = parse(fast, value)
    return result.success
      ? { ok: true, value: result.data }
      : { ok: false, issues: result.error.issues }
  }
}

/** A function that makes what it gives once, when it is first wanted. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

const isAsync = (value: unknown): boolean =>
  typeof value === 'function' && value.constructor.name === 'AsyncFunction'

/** Whether a schema itself waits for something: a request is read and written in one go. */
function waits(schema: AnySchema): boolean {
  const { def } = schema._zod
  const checks = (def.checks ?? []).flatMap((check) => [
    memberOf(check._zod.def, 'fn'),
    memberOf(check._zod, 'check'),
  ])
  const own = ['transform', 'reverseTransform', 'fn'].map((name) => memberOf(def, name))
  return [...own, ...checks].some(isAsync)
}

// several routes share a schema; what is compiled depends on the schema alone, and is dropped with it
const cache = new WeakMap<AnySchema, Compiled>()

/**
 * A schema made ready for many values: `decode` runs it, `encode` runs its other direction ({@link outgoing}).
 * Compiled by `z.compile`, whose code is made when a direction is first used; what it cannot compile runs as it is.
 * The same schema is compiled once.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: the schema has an async refinement or transform
 * @see https://zod.dev/
 */
export function compiled(schema: AnySchema): Compiled {
  const known = cache.get(schema)
  if (known !== undefined) return known
  if (some(schema, waits, eager)) {
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      'a schema with an async refinement or transform cannot check a request: do what it does in a dependency or in the handler',
    )
  }
  const decoder = once(() => runner(schema))
  const encoder = once(() => runner(outgoing(schema)))
  const made: Compiled = {
    decode: (value) => decoder()(value),
    encode: (value) => encoder()(value),
  }
  cache.set(schema, made)
  return made
}
