import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { copyWith, holders, rewriter, some } from '../schemas/rewrite.ts'
import { isModel, schemaOf } from '../schemas/stands-for.ts'
import { definitionOf, typeOf } from '../schemas/zod-definition.ts'

/**
 * The treatment of fields and query parameters that a route does not declare.
 *
 * - `reject`: a 422 that names them
 * - `ignore`: they are dropped
 *
 * `z.looseObject()` and `.catchall()` keep what they take.
 */
export type UnknownFields = 'reject' | 'ignore'

const choices: readonly unknown[] = ['reject', 'ignore'] satisfies UnknownFields[]

/**
 * @param where - the declaration, for the message
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it is another value
 */
export function checkUnknownFields(value: unknown, where: string): void {
  if (value !== undefined && !choices.includes(value))
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      `${where}: unknown is ${JSON.stringify(value)}: write 'reject' or 'ignore'`,
    )
}

/** The types of catchall of objects that are changed: those that drop unknown fields, or refuse them. */
const changes: Readonly<Record<UnknownFields, 'never' | undefined>> = {
  reject: undefined,
  ignore: 'never',
}

const catchallOf = (schema: AnySchema): string | undefined => {
  const def = definitionOf(schema)
  return def.type === 'object' && def.catchall !== undefined ? typeOf(def.catchall) : undefined
}

function rewriterFor(policy: UnknownFields): (schema: AnySchema) => AnySchema {
  const isChanged = (schema: AnySchema): boolean =>
    typeOf(schema) === 'object' && catchallOf(schema) === changes[policy]
  return rewriter({
    // the second half of a pipe never sees the wire
    holders: { ...holders, pipe: ['in'] },
    replaces: (schema) => isModel(schema) || isChanged(schema),
    replace: (schema, again) => {
      if (isModel(schema)) return again(schemaOf(schema))
      const def = definitionOf(schema)
      const shape = Object.entries(def.type === 'object' ? def.shape : {})
      const inside = Object.fromEntries(shape.map(([name, field]) => [name, again(field)]))
      const catchall = policy === 'reject' ? z.never() : undefined
      return copyWith(schema, { shape: inside, catchall })
    },
  })
}
const rewriters: Readonly<Record<UnknownFields, (schema: AnySchema) => AnySchema>> = {
  reject: rewriterFor('reject'),
  ignore: rewriterFor('ignore'),
}

/**
 * Applies a policy to the objects of an input, at every depth.
 *
 * A copy of a named schema gets a name of its own, because the document may have the schema itself, too.
 *
 * @param where - the input, for the message
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: it would close both sides of an intersection
 */
export function withUnknownFields(
  schema: AnySchema,
  policy: UnknownFields | undefined,
  where: string,
): AnySchema {
  if (policy === undefined) return schema
  if (policy === 'reject' && some(schema, (part) => typeOf(part) === 'intersection'))
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `${where} is an intersection, whose sides would refuse each other's fields with unknown: 'reject'. Use one.extend(other.shape)`,
    )
  const changed = rewriters[policy](schema)
  if (changed !== schema) rename(changed, { before: partsOf(schema), suffix: suffixes[policy] })
  return changed
}

const suffixes: Readonly<Record<UnknownFields, string>> = { reject: 'Strict', ignore: 'Lenient' }

function partsOf(schema: AnySchema): Set<AnySchema> {
  const parts = new Set<AnySchema>()
  some(schema, (part) => {
    parts.add(isModel(part) ? schemaOf(part) : part)
    return false
  })
  return parts
}

const renamed = new WeakSet<AnySchema>()

function rename(
  schema: AnySchema,
  { before, suffix }: { before: ReadonlySet<AnySchema>; suffix: string },
): void {
  for (const part of partsOf(schema)) {
    const metadata = z.globalRegistry.get(part)
    if (before.has(part) || renamed.has(part) || metadata?.id === undefined) continue
    renamed.add(part)
    z.globalRegistry.add(part, { ...metadata, id: `${metadata.id}${suffix}` })
  }
}
