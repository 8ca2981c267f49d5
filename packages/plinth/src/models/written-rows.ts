import { SQL } from 'drizzle-orm'
import type * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { compiled } from '../schemas/compiled.ts'
import { ModelError, type FieldIssue } from './model-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { WireNames } from '../schemas/names/wire-names.ts'

/** The schemas of rows and changes that the server itself writes to a table. */
interface WriteSchemas {
  readonly name: string
  /** The names of fields on the wire, where they differ. */
  readonly names: WireNames
  readonly insert: AnySchema
  readonly set: AnySchema
  /** The names of the fields that an update may set. */
  readonly settable: ReadonlySet<string>
}
type Values = Readonly<Record<string, unknown>>

const writeSchemas: unique symbol = Symbol('plinth.writeSchemas')

/** Attaches a model's schemas, for {@link checkedRows} and {@link checkedSet}. */
export function writtenBy(table: object, schemas: WriteSchemas): void {
  Object.defineProperty(table, writeSchemas, { value: schemas })
}

function schemasOf(table: object): WriteSchemas {
  const { [writeSchemas]: found } = table as { readonly [writeSchemas]?: WriteSchemas }
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      'only models can validate rows: wrap the Drizzle table with fromTable(table)',
    )
  return found
}

const issuesOf = (
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  before: readonly number[] = [],
): FieldIssue[] =>
  issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined
    const path = [...before, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))]
    if (keys !== undefined)
      return keys.map((key) => ({
        path: [...path, key],
        message: 'This field cannot be written',
        code: issue.code,
      }))
    const message = isMissing(issue, value) ? 'Required' : issue.message
    return [{ path, message, code: issue.code }]
  })

const isMissing = ({ code, path }: z.core.$ZodIssue, value: unknown): boolean =>
  code === 'invalid_type' &&
  path.length === 1 &&
  (value as Values | undefined)?.[path[0] as string] === undefined

/**
 * Validates rows: the result is trimmed, and spelled as the database spells values.
 *
 * @throws {ModelError} `PLINTH_VALIDATION_FAILED`, 422: a field is missing, wrong or unknown
 */
export function checkedRows(table: object, rows: readonly unknown[], many: boolean): Values[] {
  const { name, names, insert } = schemasOf(table)
  const { decode } = compiled(insert)
  const problems: FieldIssue[] = []
  const checked = rows.flatMap((row, at): Values[] => {
    const result = decode(row)
    if (result.ok) return [result.value as Values]
    problems.push(...issuesOf(result.issues, row, many ? [at] : []))
    return []
  })
  if (problems.length > 0)
    throw new ModelError(name, problems, { written: many ? rows : rows[0], names })
  return checked
}

/**
 * Validates an update. SQL in it is left to the database.
 *
 * @throws {ModelError} `PLINTH_VALIDATION_FAILED`, 422: a field is wrong or unknown, or there are no fields
 * @throws {TypeError} the values are not an object
 */
export function checkedSet(table: object, values: Values): Values {
  const { name, names, set, settable } = schemasOf(table)
  // the types guarantee it, but JavaScript and casts do not
  if (typeof values !== 'object' || (values as unknown) === null)
    throw new TypeError(`update of "${name}": the values must be an object of fields and values`)
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  const isSql = ([, value]: readonly [string, unknown]): boolean => value instanceof SQL
  const plain = Object.fromEntries(
    entries.filter((entry) => !isSql(entry) || !settable.has(entry[0])),
  )
  const result = compiled(set).decode(plain)
  if (!result.ok)
    throw new ModelError(name, issuesOf(result.issues, plain), { written: plain, names })
  if (entries.length === 0)
    throw new ModelError(name, [{ path: [], message: 'No fields to update', code: 'custom' }], {
      written: plain,
    })
  return { ...(result.value as Values), ...Object.fromEntries(entries.filter(isSql)) }
}
