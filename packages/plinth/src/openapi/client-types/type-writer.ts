import * as z from 'zod'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { Direction } from '../../schemas/kinds/value-kind.ts'
import { isModel, schemaOf } from '../../schemas/stands-for.ts'
import { isObjectText } from '../../schemas/typescript-text.ts'
import { innerOf } from '../../schemas/zod-definition.ts'
import { zodToTypescript, type Writer } from './zod-to-typescript.ts'

/** Writes schemas as types. Named schemas (`.meta({ id })`, and models) are declared once. */
export interface TypeWriter {
  type(schema: AnySchema, way: Direction): string
  /** The comment before a field: the schema's description. */
  doc(schema: AnySchema): string
  /** The declarations of all named types that were written so far. */
  declarations(): string
}

/** A JSDoc comment; empty without text. */
export function docText(...lines: readonly (string | undefined)[]): string {
  const said = lines.flatMap((line) => line?.replaceAll('*/', '*\\/').split('\n') ?? [])
  if (said.length === 0) return ''
  if (said.length === 1) return `/** ${said[0]} */\n`
  return `/**\n${said.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}

/** @param taken - names that no schema can have */
export function typeWriter(taken: readonly string[]): TypeWriter {
  const declared = new Map<string, string>(taken.map((name) => [name, '']))
  const names = new Map<string, string>()
  const written: Readonly<Record<Direction, Map<AnySchema, string>>> = {
    sent: new Map(),
    received: new Map(),
  }
  const open: Open[] = []
  let opened = 0

  const write = (asked: AnySchema, way: Direction): string => {
    const schema = isModel(asked) ? schemaOf(asked) : asked
    const known = written[way].get(schema)
    if (known !== undefined) return known
    const above = open.find((one) => one.schema === schema && one.way === way)
    if (above !== undefined) {
      above.named = true
      return above.placeholder
    }
    const id = z.globalRegistry.get(schema)?.id
    const self: Open = { schema, way, placeholder: `\0${opened++}\0`, named: id !== undefined }
    open.push(self)
    const writer: Writer = { way, type: (child) => write(child, way), doc: docOf }
    const body = zodToTypescript(schema, writer)
    open.pop()
    if (!self.named || isWord(body)) return remember(self, body)
    return remember(self, declare(self, id ?? nameless(body, self), body))
  }
  // text with the placeholder of an unfinished schema must not be reused elsewhere
  const remember = ({ schema, way }: Open, text: string): string => {
    if (!open.some((one) => text.includes(one.placeholder))) written[way].set(schema, text)
    return text
  }
  const declare = (self: Open, wanted: string, body: string): string => {
    const text = `${wanted} ${body.replaceAll(self.placeholder, '<self>')}`
    const same = names.get(text)
    if (same !== undefined) return same
    const name = freeName(wanted, self.way, declared)
    const doc = docOf(self.schema)
    const full = body.replaceAll(self.placeholder, name)
    declared.set(
      name,
      isObjectText(full)
        ? `${doc}export interface ${name} ${full}\n`
        : `${doc}export type ${name} = ${full}\n`,
    )
    names.set(text, name)
    for (const [other, inside] of declared)
      declared.set(other, inside.replaceAll(self.placeholder, name))
    return name
  }
  return {
    type: write,
    doc: docOf,
    declarations: () => [...declared.values()].filter((text) => text !== '').join('\n'),
  }
}

/** A schema that is being written. It is how recursion is noticed. */
interface Open {
  readonly schema: AnySchema
  readonly way: Direction
  readonly placeholder: string
  named: boolean
}

const isWord = (text: string): boolean => /^\w+$/.test(text)
const json = 'string | number | boolean | null | <>[] | { [key: string]: <> }'
/** The name of a recursive type that has no id. */
const nameless = (body: string, { placeholder }: Open): string =>
  body === json.replaceAll('<>', placeholder) ? 'Json' : 'Recursive'

/** The first free name: `Task`, then `TaskInput` or `TaskOutput`, then `Task2`. */
function freeName(wanted: string, way: Direction, taken: ReadonlyMap<string, unknown>): string {
  const name = wanted.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_')
  const names = way === 'sent' ? [name, `${name}Input`] : [name, `${name}Output`]
  const free = names.find((one) => !taken.has(one))
  if (free !== undefined) return free
  for (let count = 2; ; count++) if (!taken.has(`${name}${count}`)) return `${name}${count}`
}

/** The description of a schema, or of the schema inside its wrappers, as a comment. */
function docOf(schema: AnySchema): string {
  for (let at: AnySchema | undefined = schema; at !== undefined; at = innerOf(at)) {
    const { description, deprecated } = z.globalRegistry.get(at) ?? {}
    if (description !== undefined || deprecated === true)
      return docText(description, deprecated === true ? '@deprecated' : undefined)
  }
  return ''
}
