import type { AnySchema } from './any-schema.ts'
import { givenFormat } from './value-format.ts'
import { checksOf, definitionOf, memberOf, type CheckDefinition } from './zod-definition.ts'

/** A bound of a number. */
export interface Bound {
  readonly value: number | bigint
  readonly inclusive: boolean
}

/** The constraints in a schema's checks that a column can enforce. */
export interface Constraints {
  /** The format of text (`uuid`, `datetime`, …) or of a number (`safeint`, `int32`, …). */
  readonly format: string | undefined
  /** The number of digits after the seconds, for a format that has seconds. */
  readonly precision: number | null
  /** True if a date and time may lack an offset. */
  readonly local: boolean
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly min: Bound | undefined
  readonly max: Bound | undefined
}

type Found = { -readonly [K in keyof Constraints]: Constraints[K] }

const isTighter = (a: Bound, b: Bound | undefined, sign: 1 | -1): boolean => {
  if (b === undefined) return true
  if (a.value === b.value) return !a.inclusive
  return sign === 1 ? a.value > b.value : a.value < b.value
}

function addBound(
  found: Found,
  which: 'min' | 'max',
  bound: { value: unknown; inclusive: boolean },
) {
  const { value, inclusive } = bound
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isFinite(value))) return
  const next = { value, inclusive }
  if (isTighter(next, found[which], which === 'min' ? 1 : -1)) found[which] = next
}

const longest = (a: number | undefined, b: number): number => Math.max(a ?? 0, b)
const shortest = (a: number | undefined, b: number): number => Math.min(a ?? Infinity, b)

function addFormat(found: Found, check: CheckDefinition & { readonly format: string }): void {
  // with several formats, as in `z.email().lowercase()`, the first one decides the type
  found.format ??= check.format
  const precision = memberOf(check, 'precision')
  if (typeof precision === 'number') found.precision = precision
  if (memberOf(check, 'local') === true) found.local = true
}

type CheckName = CheckDefinition['check']
type CheckReaders = {
  readonly [C in CheckName]?: (found: Found, check: Extract<CheckDefinition, { check: C }>) => void
}

const readers: CheckReaders = {
  greater_than: (found, check) => addBound(found, 'min', check),
  less_than: (found, check) => addBound(found, 'max', check),
  min_length: (found, { minimum }) => {
    found.minLength = longest(found.minLength, minimum)
  },
  max_length: (found, { maximum }) => {
    found.maxLength = shortest(found.maxLength, maximum)
  },
  length_equals: (found, { length }) => {
    found.minLength = longest(found.minLength, length)
    found.maxLength = shortest(found.maxLength, length)
  },
  string_format: addFormat,
  number_format: addFormat,
  bigint_format: addFormat,
}

function addCheck(found: Found, check: CheckDefinition): void {
  const read = readers[check.check] as ((found: Found, check: CheckDefinition) => void) | undefined
  read?.(found, check)
}

/** A format is a schema and a check at once: `z.uuid()` has its check in its own definition. */
function allChecks(schema: AnySchema): CheckDefinition[] {
  const own: object = definitionOf(schema)
  return 'check' in own ? [own as CheckDefinition, ...checksOf(schema)] : checksOf(schema)
}

/** The format of a schema, such as `uuid` or `int32`: the first one, if it has several. */
export function formatOf(schema: AnySchema): string | undefined {
  const given = givenFormat(schema)
  if (given !== undefined) return given
  for (const check of allChecks(schema)) if ('format' in check) return check.format
  return undefined
}

/** A member that Plinth added to the definition of a schema, or of one of its checks. */
export const addedMember = (schema: AnySchema, name: string): unknown =>
  allChecks(schema)
    .map((check) => memberOf(check, name))
    .find((found) => found !== undefined)

/** The constraints that a schema's own checks declare. Bounds that its type has anyway are left out. */
export function constraintsOf(schema: AnySchema): Constraints {
  const found: Found = {
    format: undefined,
    precision: null,
    local: false,
    minLength: undefined,
    maxLength: undefined,
    min: undefined,
    max: undefined,
  }
  for (const check of allChecks(schema)) addCheck(found, check)
  return found
}
