import { ModelError } from '../models/model-error.ts'
import { internalError } from '../errors/problem.ts'
import { schemaOf } from '../schemas/stands-for.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { pathNames } from './path-pattern.ts'
import type { RequestRun } from './request-run.ts'
import type { AnyZod } from './route.types.ts'

/**
 * Turns the error of a row that does not match its model into a 500, unless its wrong values are the caller's.
 *
 * A value is the caller's if the request has the same value among its inputs. A field that is missing is the caller's if
 * the request could have sent it. If the handler read the request itself, any value may be the caller's.
 */
export function whoseMistake(run: RequestRun, error: unknown): unknown {
  if (!(error instanceof ModelError) || run.exchange.hasRequest) return error
  const { params, query, body } = run.input
  const inputs = [
    params,
    query,
    body,
    ...[...run.route.parameters.keys()].map((slot) => run.instances.values[slot]),
  ]
  const isCallers = error.wrongValues().every(({ path, value }) => {
    const name = path.findLast((part) => typeof part === 'string')
    if (value === undefined || name === undefined) return canSend(run.route, name)
    return inputs.some((input) => contains(input, value, isTelling(value) ? undefined : name))
  })
  return isCallers ? error : internalError(error)
}

/** Checks whether a caller can send a field of this name; any field, if no name is given. */
function canSend(
  { path, parameters, inputSchemas }: CompiledRoute,
  name: string | undefined,
): boolean {
  const names = [...pathNames(path), ...[...parameters.values()].map((each) => each.name)]
  if (name === undefined) return names.length > 0 || inputSchemas.length > 0
  return names.includes(name) || inputSchemas.some((schema) => hasField(schema, name))
}

interface SchemaDef {
  readonly type: string
  readonly shape?: Readonly<Record<string, AnyZod>>
  readonly catchall?: AnyZod
  readonly element?: AnyZod
  readonly innerType?: AnyZod
  readonly in?: AnyZod
  readonly options?: readonly AnyZod[]
}

/**
 * Checks whether values of a schema may have a field of this name.
 *
 * @param isInput - for an input itself, which may be open to fields of any name
 */
function hasField(schema: AnyZod, name: string, isInput = true): boolean {
  const def: SchemaDef = schemaOf(schema)._zod.def
  const { type, shape, catchall, options = [], element, innerType, in: before } = def
  const isOpen = ['any', 'unknown', 'record', 'custom'].includes(type)
  if (isInput && (isOpen || (catchall !== undefined && catchall._zod.def.type !== 'never')))
    return true
  if (shape !== undefined)
    return (
      Object.hasOwn(shape, name) || Object.values(shape).some((each) => hasField(each, name, false))
    )
  return [...options, element, innerType, before].some(
    (each) => each !== undefined && hasField(each, name, isInput),
  )
}

/** A value that is not equal to another one by chance. */
const isTelling = (value: unknown): boolean =>
  value !== null && typeof value !== 'boolean' && value !== ''

/**
 * Checks whether an input is, or contains, a value.
 *
 * @param name - only below a property of this name
 */
function contains(input: unknown, value: unknown, name: string | undefined): boolean {
  if (name === undefined && isSame(input, value)) return true
  if (typeof input !== 'object' || input === null) return false
  return Object.entries(input).some(
    ([key, inner]: [string, unknown]) =>
      contains(inner, value, name) || (key === name && isSame(inner, value)),
  )
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  return one instanceof Date && other instanceof Date && Object.is(one.getTime(), other.getTime())
}
