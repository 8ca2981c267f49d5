import type { JsonSchema } from '../../openapi/openapi.types.ts'
import { resolve } from './closed-schema.ts'
import { checkJsonSchema } from './json-schema-check.ts'
import type { ValueGenerator } from './generate-value.ts'

type Document = ValueGenerator['document']

/** The values that a text in a URL, a header or a form may be read as. */
function readings(text: string): unknown[] {
  const values: unknown[] = [text]
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) values.push(Number(text))
  if (/^(true|false|1|0)$/.test(text)) values.push(text === 'true' || text === '1')
  if (text === 'null') values.push(null)
  if (/^[[{]/.test(text)) values.push(jsonOf(text))
  return values
}

/** The JSON that a form's field may hold; undefined if the text is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fits = (schema: JsonSchema, value: unknown, document: Document): boolean =>
  checkJsonSchema(schema, value, document).length === 0

/**
 * Tests whether a schema may accept a text, read as text, number, boolean or null.
 *
 * A single text may also be a list of one item.
 */
export const readsAs = (schema: JsonSchema, text: string, document: Document): boolean =>
  readings(text).some((value) => fits(schema, value, document) || fits(schema, [value], document))

/** Tests whether a schema may accept several texts with the same name. */
export function readsAsList(
  schema: JsonSchema,
  texts: readonly string[],
  document: Document,
): boolean {
  const { items } = resolve(schema, document) as { items?: JsonSchema }
  const read = texts.map((text) =>
    items === undefined ? text : (readings(text).find((one) => fits(items, one, document)) ?? text),
  )
  return fits(schema, read, document)
}
