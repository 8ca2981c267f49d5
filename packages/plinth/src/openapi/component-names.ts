import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { childrenOf } from '../schemas/rewrite.ts'

/** Checks that every name in `components.schemas` belongs to one schema. */
export interface ComponentNames {
  /**
   * Registers all named schemas inside a schema.
   *
   * @param where - the place where it is used, for messages: `the body of tasks.create`
   * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different schemas have one name
   */
  add(schema: AnySchema, where: string): void
}

/** @param reserved - names that are taken, each with its owner */
export function componentNames(reserved: Readonly<Record<string, string>>): ComponentNames {
  const used = new Map<string, { schema: AnySchema | undefined; where: string }>(
    Object.entries(reserved).map(([id, where]) => [id, { schema: undefined, where }]),
  )
  const seen = new Set<AnySchema>()
  const add = (schema: AnySchema, where: string): void => {
    if (seen.has(schema)) return
    seen.add(schema)
    const id = z.globalRegistry.get(schema)?.id
    if (id !== undefined) {
      const known = used.get(id)
      if (known && known.schema !== schema)
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `two different schemas are named "${id}" in the OpenAPI document, one in ${known.where}, one in ${where}: give one of them another name with .meta({ id })`,
        )
      used.set(id, { schema, where })
    }
    for (const child of childrenOf(schema)) add(child, where)
  }
  return { add }
}
