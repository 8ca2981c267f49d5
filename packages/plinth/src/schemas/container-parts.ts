import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { copyWith } from './rewrite.ts'
import { callByType, typeOf, type ByType } from './zod-definition.ts'

/** The number of items or keys that are checked together. */
const partSize = 32

type Run = (value: unknown) => z.core.ParsePayload

/** A part of a container's value. */
interface Part {
  readonly run: Run
  readonly value: unknown
  /** The index of its first item in the whole list; without one, the paths of its problems are right already. */
  readonly offset?: number
}

/** Splits the values of one container, and joins what their parts become. */
export interface ContainerParts {
  /** The parts of a large value; undefined for a value that is small, or of another type. */
  readonly split: (value: unknown) => Iterable<Part> | undefined
  readonly empty: () => unknown
  readonly join: (whole: unknown, part: unknown) => void
}

/**
 * Runs a schema, with compiled code if Zod can compile it.
 *
 * Each value has a context of its own: Zod marks a context at the first invalid value, and uses no compiled code under
 * it from then on.
 */
function runner(schema: AnySchema): Run {
  let fast: AnySchema['_zod'] | undefined
  return (value) => {
    fast ??= z.compile(schema)._zod
    // not a promise: the schemas of a request are never async
    return fast.run({ value, issues: [] }, { async: false }) as z.core.ParsePayload
  }
}

const withoutChecks = (schema: AnySchema): Run => runner(copyWith(schema, { checks: [] }))

/** The size that a check such as `.max()` allows. Zod refuses a larger value before it looks at the items. */
const allowedSize = (schema: AnySchema): number =>
  Math.min(...z.core.util.sizeCaps(schema._zod.def.checks).map(([most]) => most))

function* slices<T>(list: readonly T[], from = 0): Generator<{ offset: number; value: T[] }> {
  for (let offset = from; offset < list.length; offset += partSize)
    yield { offset, value: list.slice(offset, offset + partSize) }
}

function* listParts(run: Run, list: readonly unknown[], from = 0): Generator<Part> {
  for (const slice of slices(list, from)) yield { run, ...slice }
}

function* setParts(run: Run, set: ReadonlySet<unknown>): Generator<Part> {
  for (const { value } of slices([...set])) yield { run, value: new Set(value) }
}

function* keyParts(run: Run, value: object, keys: readonly string[]): Generator<Part> {
  for (const { value: some } of slices(keys)) yield { run, value: pick(value, some) }
}

function* chained(first: Part, others: Iterable<Part>): Generator<Part> {
  yield first
  yield* others
}

const pick = (value: object, keys: readonly PropertyKey[]): object =>
  Object.fromEntries(keys.map((key) => [key, (value as Record<PropertyKey, unknown>)[key]]))

const ofLists: Pick<ContainerParts, 'empty' | 'join'> = {
  empty: () => [],
  join: (whole, part) => void (whole as unknown[]).push(...(part as unknown[])),
}
const ofKeys: Pick<ContainerParts, 'empty' | 'join'> = {
  empty: () => ({}),
  join: (whole, part) => void Object.assign(whole as object, part),
}

const byType: ByType<ContainerParts | undefined, [AnySchema]> = {
  array: (_def, schema) => {
    const run = withoutChecks(schema)
    const most = allowedSize(schema)
    return {
      ...ofLists,
      split: (value) =>
        Array.isArray(value) && value.length > partSize && value.length <= most
          ? listParts(run, value)
          : undefined,
    }
  },
  tuple: ({ items, rest }, schema) => {
    if (rest === null) return undefined
    const first = withoutChecks(schema)
    const others = runner(z.array(rest))
    return {
      ...ofLists,
      split: (value) =>
        Array.isArray(value) && value.length > items.length + partSize
          ? chained(
              { run: first, value: value.slice(0, items.length) },
              listParts(others, value, items.length),
            )
          : undefined,
    }
  },
  set: (_def, schema) => {
    const run = withoutChecks(schema)
    const most = allowedSize(schema)
    return {
      empty: () => new Set(),
      join: (whole, part) => {
        for (const item of part as Set<unknown>) (whole as Set<unknown>).add(item)
      },
      split: (value) =>
        value instanceof Set && value.size > partSize && value.size <= most
          ? setParts(run, value)
          : undefined,
    }
  },
  record: ({ keyType }, schema) => {
    // All keys of a list of keys must be there, and the other keys are one problem together.
    if (keyType._zod.values !== undefined) return undefined
    const run = withoutChecks(schema)
    return {
      ...ofKeys,
      split: (value) => {
        if (!z.core.util.isPlainObject(value)) return undefined
        const keys = Object.keys(value)
        return keys.length > partSize ? keyParts(run, value, keys) : undefined
      },
    }
  },
  object: ({ shape, catchall }, schema) => {
    if (catchall === undefined) return undefined
    const first = withoutChecks(schema)
    const isStrict = typeOf(catchall) === 'never'
    const others = runner(z.record(z.string(), catchall))
    return {
      ...ofKeys,
      split: (value) => {
        if (!z.core.util.isObject(value) || Array.isArray(value)) return undefined
        const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key))
        if (unknown.length <= partSize) return undefined
        const known = Reflect.ownKeys(shape).filter((key) => key in value)
        return isStrict
          ? // One problem names all unknown keys, so the first ones will do.
            [{ run: first, value: pick(value, [...known, ...unknown.slice(0, partSize)]) }]
          : chained({ run: first, value: pick(value, known) }, keyParts(others, value, unknown))
      },
    }
  },
}

/** The way to check a container's values in parts; undefined for a schema whose values are not split. */
export const partsOf = (schema: AnySchema): ContainerParts | undefined =>
  callByType(byType, schema, schema)
