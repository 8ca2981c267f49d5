import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { definitionOf, inputSideOf } from '../schemas/zod-definition.ts'
import { coerce } from './coerce.ts'
import type { EnvValue } from './read-env.ts'
import { isSecret } from './secret.ts'

/** The texts of settings, and how they are named. */
export interface SettingTexts {
  readonly values: ReadonlyMap<string, EnvValue>
  /** The names of all settings, as they are written in the environment. */
  readonly declared: ReadonlySet<string>
  /** Separates the names of nested settings: `DB__HOST`. */
  readonly nested: string | undefined
}

/** The input of a setting: a value for its schema, and the text that a message may show. */
export interface SettingInput extends EnvValue {
  readonly input: unknown
}

/** A text in a file that a variable names cannot be read. */
export class SettingFileError extends Error {}

/**
 * Finds the text of a setting. A secret may be in a file: `DB_PASSWORD_FILE=/run/secrets/db`.
 *
 * @throws {SettingFileError} the file cannot be read
 */
function textOf(name: string, schema: AnySchema, texts: SettingTexts): EnvValue | undefined {
  const found = texts.values.get(name)
  const variable = `${name}_FILE`
  const path = texts.values.get(variable)
  if (found?.text || !path?.text || !isSecret(name, schema) || texts.declared.has(variable))
    return found
  try {
    const text = readFileSync(path.text, 'utf8').replace(/\r?\n$/, '')
    return { text, source: `${path.text} (${variable}, ${path.source})` }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new SettingFileError(
      `  ${name} (${variable}, ${path.source}): the file ${path.text} cannot be read (${code})`,
      { cause: error },
    )
  }
}

/** The members of a nested setting; undefined for any other schema. */
export function membersOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const definition = definitionOf(schema)
  if (definition.type === 'object') return definition.shape
  const inner = inputSideOf(schema)
  return inner && membersOf(inner)
}

/** The name of a nested setting: `DB__host` for the member `host` if there is such a variable, else `DB__HOST`. */
export function memberName(name: string, key: string, { values, nested }: SettingTexts): string {
  const own = `${name}${nested}${key}`
  const isWritten = [...values.keys()].some((one) => one === own || one.startsWith(own + nested))
  return isWritten ? own : `${name}${nested}${key.toUpperCase()}`
}

/**
 * Reads a setting as the input of its schema; undefined if it is not set.
 *
 * With `nested`, the variables of members win over the JSON of the whole object.
 */
export function settingInput(
  name: string,
  schema: AnySchema,
  texts: SettingTexts,
): SettingInput | undefined {
  const found = textOf(name, schema, texts)
  const whole = found && { ...found, input: coerce(schema, found.text) }
  const members = texts.nested === undefined ? undefined : membersOf(schema)
  if (members === undefined) return whole
  const own = Object.entries(members).flatMap(([key, member]) => {
    const given = settingInput(memberName(name, key, texts), member, texts)
    return given === undefined || (given.text === '' && !z.safeParse(member, given.input).success)
      ? []
      : [[key, given] as const]
  })
  if (own.length === 0)
    // An object without any variable is empty, so each member has its default or is missing.
    return found?.text || z.safeParse(schema, undefined).success
      ? whole
      : { text: '', source: 'default', input: {} }
  const base = typeof whole?.input === 'object' ? whole.input : {}
  const input = { ...base, ...Object.fromEntries(own.map(([key, given]) => [key, given.input])) }
  return { input, text: '', source: [...new Set(own.map(([, { source }]) => source))].join(', ') }
}
