import type { AnySchema } from './any-schema.ts'
import { childrenOf, holders, some, type Holders } from './rewrite.ts'
import { isModel, schemaOf } from './stands-for.ts'
import { definitionOf, isCodec, typeOf, type ZodTypeName } from './zod-definition.ts'

/** The types of schemas whose values JSON cannot carry, with the change to make. */
const remedies: { readonly [T in ZodTypeName]?: string } = {
  map: 'use z.record(key, value), or z.array(z.tuple([key, value])) for keys that are not text',
  nan: 'use z.null() or z.literal("NaN")',
  void: 'use .optional() or z.null(), or status: 204 for a response without a body',
  symbol: 'use z.string()',
  function: 'send data',
  file: 'use form() for a body with files, and return a Response to send one',
  promise: 'use the schema of the awaited value',
}

/** The part of a schema that JSON cannot carry. */
export interface PartWithoutJson {
  /** The names of the fields it is in, from the outside. */
  readonly path: readonly string[]
  readonly type: ZodTypeName
  /** The change to make. */
  readonly remedy: string
}

/** The place of a value: in a request, where only a form has files, or in a response. */
type Place = 'input' | 'form' | 'response'

/** Schemas inside a schema whose values are on the wire: of a pipe, the half that meets the caller. */
function onTheWire(schema: AnySchema, place: Place): Holders {
  if (typeOf(schema) !== 'pipe') return holders
  return { pipe: [place !== 'response' || isCodec(schema) ? 'in' : 'out'] }
}

/** Finds the first part of a schema whose values JSON cannot carry. */
export function partWithoutJson(root: AnySchema, place: Place): PartWithoutJson | undefined {
  const seen = new Set<AnySchema>()
  const search = (given: AnySchema, path: readonly string[]): PartWithoutJson | undefined => {
    const schema = isModel(given) ? schemaOf(given) : given
    if (seen.has(schema)) return undefined
    seen.add(schema)
    const definition = definitionOf(schema)
    const remedy = remedies[definition.type]
    if (remedy !== undefined && !(place === 'form' && definition.type === 'file'))
      return { path, type: definition.type, remedy }
    const names = definition.type === 'object' ? Object.keys(definition.shape) : []
    for (const [at, child] of childrenOf(schema, onTheWire(schema, place)).entries()) {
      const found = search(child, names[at] === undefined ? path : [...path, names[at]])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(root, [])
}

const open: ReadonlySet<ZodTypeName> = new Set(['any', 'unknown', 'custom', 'transform'])

/** Tests whether a schema lets through values that it does not check, so that they may have no JSON form. */
export const isOpenToAnything = (schema: AnySchema): boolean =>
  some(schema, (part) => open.has(typeOf(part)))
