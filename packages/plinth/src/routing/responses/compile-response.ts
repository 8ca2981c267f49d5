import { contentOf } from '../../http/content/content.ts'
import { RedirectContent } from '../../http/content/redirect.ts'
import { streamOf } from '../../http/stream.ts'
import type { JsonShape } from '../../database/queries/json-statement.ts'
import { compiled, type Compiled } from '../../schemas/compiled.ts'
import { sentSchema } from '../../schemas/encode.ts'
import { schemaOf } from '../../schemas/stands-for.ts'
import { wireName } from '../../schemas/names/wire-names.ts'
import { wire } from '../../schemas/wire.ts'
import { isOpenToAnything } from '../../schemas/without-json.ts'
import { mediaTypeOf, type DeclaredResponse } from './declared-responses.ts'
import { versionField } from '../entity-tag.ts'
import type { ResultEncoding } from './result-encoding.types.ts'
import type { AnyZod } from '../route.types.ts'

/** A response of a route, ready to be sent. */
export interface CompiledResponse {
  readonly status: number
  readonly encoding: ResultEncoding
  /** Its media type; `undefined` without a body, or where anything is sent. */
  readonly type: string | undefined
  /** The headers that it declares. */
  readonly headers: readonly DeclaredHeader[]
}

/** A header of a response. */
export interface DeclaredHeader {
  /** In lower case. */
  readonly name: string
  /** Encodes the value of a handler. */
  readonly value: Compiled
  /** Checks the text that is sent. */
  readonly text: Compiled
}

/** Compiles a response that a route declares. */
export function compileResponse(
  declared: DeclaredResponse,
  databaseJson: boolean,
): CompiledResponse {
  return {
    status: declared.status,
    encoding: encodingOf(declared.content, databaseJson),
    type: mediaTypeOf(declared.content),
    headers: Object.entries(declared.headers).map(([name, schema]) => ({
      name,
      value: compiled(wire(schema, 'json')),
      text: compiled(wire(schema, 'strings')),
    })),
  }
}

function encodingOf(content: DeclaredResponse['content'], databaseJson: boolean): ResultEncoding {
  if (content === null) return { kind: 'none' }
  if (content === undefined) return { kind: 'any' }
  if (content instanceof RedirectContent) return { kind: 'redirect' }
  const definition = contentOf(content)
  if (definition !== undefined) return definition
  const stream = streamOf(content)
  const sent = stream?.item ?? content
  const written = {
    schema: sentSchema(sent),
    isOpen: isOpenToAnything(sent),
    json: databaseJson ? jsonShape(sent) : undefined,
  }
  return stream === undefined
    ? {
        kind: 'value',
        ...written,
        isNullable: isNullable(content),
        version: versionField(content),
      }
    : { kind: stream.format, ...written, raw: stream.raw && compiled(stream.raw) }
}

interface SchemaDef {
  readonly type: string
  readonly innerType?: AnyZod
  readonly options?: readonly AnyZod[]
  readonly shape?: Readonly<Record<string, AnyZod>>
  readonly catchall?: AnyZod
  readonly element?: AnyZod
  readonly checks?: readonly unknown[]
}
const defOf = (schema: AnyZod): SchemaDef => schema._zod.def

/** Checks whether a schema takes `null`, and does not take `undefined` first. */
function isNullable(schema: AnyZod): boolean {
  const { type, innerType, options } = defOf(schemaOf(schema))
  if (type === 'nullable' || type === 'null') return true
  if (type === 'union') return options?.some(isNullable) === true
  return type !== 'optional' && innerType !== undefined && isNullable(innerType)
}

/** Returns the fields of an object, or of the objects of a list; `undefined` if more than the fields matters. */
function jsonShape(given: AnyZod): JsonShape | undefined {
  const schema = schemaOf(given)
  const def = defOf(schema)
  if ((def.checks?.length ?? 0) > 0) return undefined
  if (def.type === 'array' && def.element !== undefined) {
    const item = jsonShape(def.element)
    return item && !item.list ? { ...item, list: true } : undefined
  }
  if (def.type !== 'object' || def.shape === undefined) return undefined
  if (def.catchall !== undefined && defOf(def.catchall).type !== 'never') return undefined
  const fields = Object.entries(def.shape).map(
    ([name, field]) => [name, field, wireName(schema, name)] as const,
  )
  return { fields, list: false, known: new Map() }
}
