import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { definitionOf, inputSideOf } from '../schemas/zod-definition.ts'
import { coerce } from './coerce.ts'
import { isSecret } from './secret.ts'
import { readSecretFile, SettingFileError } from './secret-file.ts'
import type { SourceValue } from './setting-sources.ts'

/** The texts of settings, and how they are named. */
export interface SettingTexts {
  readonly values: ReadonlyMap<string, SourceValue>
  /** The names of all settings, as they are written in the environment. */
  readonly declared: ReadonlySet<string>
  /** Separates the names of nested settings: `DB__HOST`. */
  readonly nested: string | undefined
  readonly ignoreCase: boolean
}

/** The text of a setting, and its origin. */
export interface SettingText {
  readonly text: string
  /** For messages: `environment`, `.env:3`, or a file; with the variable, if it is not the setting's own. */
  readonly source: string
  /** The source with the variable, as a list of settings shows it. */
  readonly origin: string
  /** True for a text from a secrets directory, which no message may show. */
  readonly isFromSecrets?: boolean
}

/** The input of a setting: a value for its schema, and the text that a message may show. */
export interface SettingInput extends SettingText {
  readonly input: unknown
}

const find = (name: string, { values, ignoreCase }: SettingTexts): SourceValue | undefined =>
  values.get(ignoreCase ? name.toUpperCase() : name)

function textIn(name: string, value: SourceValue): SettingText {
  const variable = value.variable ?? name
  const source = variable === name ? value.source : `${variable}, ${value.source}`
  if ('text' in value) return { text: value.text, source, origin: `${variable}, ${value.source}` }
  try {
    const text = readSecretFile(value.file)
    // the name of the file is that of the variable
    const place = source.includes(value.file) ? source : `${value.file} (${source})`
    return { text, source: place, origin: place, isFromSecrets: true }
  } catch (error) {
    if (error instanceof SettingFileError)
      throw new SettingFileError(`  ${name} (${source}): ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * Finds the text of a setting. A secret may be in a file: `DB_PASSWORD_FILE=/run/secrets/db`.
 *
 * @throws {SettingFileError} the file cannot be read
 */
export function textOf(
  name: string,
  schema: AnySchema,
  texts: SettingTexts,
): SettingText | undefined {
  const found = find(name, texts)
  const own = found && textIn(name, found)
  const variable = `${name}_FILE`
  const path = find(variable, texts)
  if (own?.text || !path || !isSecret(name, schema) || texts.declared.has(variable)) return own
  const { text: file } = textIn(name, path)
  if (file === '') return own
  return textIn(name, { file, source: path.source, variable: path.variable ?? variable })
}

/** The members of a nested setting; undefined for any other schema. */
export function membersOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const definition = definitionOf(schema)
  if (definition.type === 'object') return definition.shape
  const inner = inputSideOf(schema)
  return inner && membersOf(inner)
}

/** The name of a nested setting: `DB__host` for the member `host` if there is such a variable, else `DB__HOST`. */
export function memberName(name: string, key: string, texts: SettingTexts): string {
  const { values, nested, ignoreCase } = texts
  const own = `${name}${nested}${key}`
  const isWritten =
    !ignoreCase && [...values.keys()].some((one) => one === own || one.startsWith(own + nested))
  return isWritten ? own : `${name}${nested}${key.toUpperCase()}`
}

/** The default of an object as an input of its schema, for the members that have no variable. */
function defaultOf(schema: AnySchema): unknown {
  const definition = definitionOf(schema)
  if (definition.type === 'prefault') return definition.defaultValue
  if (definition.type === 'default') {
    // a default is of the output type: a codec has a way back, a transform has none
    try {
      return z.encode(definition.innerType, definition.defaultValue)
    } catch {
      return definition.defaultValue
    }
  }
  const inner = inputSideOf(schema)
  return inner && defaultOf(inner)
}

type Members = Readonly<Record<string, unknown>>

const asMembers = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null ? (value as Members) : undefined

/**
 * Reads a setting as the input of its schema; undefined if it is not set.
 *
 * With `nested`, the variables of members win over the JSON of the whole object, and that over its default.
 */
export function settingInput(
  name: string,
  schema: AnySchema,
  texts: SettingTexts & { readonly base?: unknown },
): SettingInput | undefined {
  const found = textOf(name, schema, texts)
  const whole = found && { ...found, input: coerce(schema, found.text) }
  const members = texts.nested === undefined ? undefined : membersOf(schema)
  if (members === undefined) return whole
  const base = asMembers(whole?.input) ?? asMembers(texts.base) ?? asMembers(defaultOf(schema))
  const own = Object.entries(members).flatMap(([key, member]) => {
    const variable = memberName(name, key, texts)
    const given = settingInput(variable, member, { ...texts, base: base?.[key] })
    return given === undefined || (given.text === '' && !z.safeParse(member, given.input).success)
      ? []
      : [{ key, given }]
  })
  if (own.length === 0)
    // An object without any variable is empty, so each member has its default or is missing.
    return found?.text || asMembers(texts.base) || z.safeParse(schema, undefined).success
      ? whole
      : { text: '', source: 'default', origin: 'default', input: {} }
  const read = own.map(({ given }) => given)
  return {
    input: { ...base, ...Object.fromEntries(own.map(({ key, given }) => [key, given.input])) },
    text: '',
    source: [...new Set(read.map(({ source }) => source))].join(', '),
    origin: [...new Set(read.map(({ origin }) => origin))].join('; '),
    isFromSecrets: read.some((one) => one.isFromSecrets === true),
  }
}
