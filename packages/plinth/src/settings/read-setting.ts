import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { freeze } from './made-settings.ts'
import { mode, type Environment } from './mode.ts'
import { SettingFileError } from './secret-file.ts'
import { secretMark } from './secret.ts'
import {
  memberName,
  membersOf,
  settingInput,
  textOf,
  type SettingText,
  type SettingTexts,
} from './setting-text.ts'
import { settingProblem } from './settings-problem.ts'

/** The context in which a setting is read. */
export interface SettingContext extends SettingTexts {
  readonly directory: string
  readonly environment: Environment
  /** True if a line of a file could not be read: it may be the setting that seems to be missing. */
  readonly isPartial: boolean
}

/** The value of a setting. */
export interface ReadSetting {
  readonly value: unknown
  /** The value before its schema. */
  readonly input: unknown
  readonly text: string
  /** The source, with the variable unless it is the setting's own name. */
  readonly source: string
  readonly isFromSecrets: boolean
}

/** The lines of a message about a setting that is missing or invalid. */
export interface WrongSetting {
  readonly lines: readonly string[]
}

/** The value that a schema generates for a missing setting. */
function supplied(
  name: string,
  schema: AnySchema,
  { directory, environment, isPartial }: SettingContext,
): (SettingText & { readonly input: unknown }) | undefined {
  const at = mode(environment)
  // a generated value, once saved, would always win over the one in the unreadable line
  const supply = isPartial && at !== 'test' ? undefined : secretMark(schema)?.supply
  const made = supply?.({ name, directory, mode: at })
  return made && { ...made, origin: made.source, input: made.text }
}

function readOne(name: string, schema: AnySchema, context: SettingContext) {
  let found = settingInput(name, schema, context)
  let result = z.safeParse(schema, found?.input)
  // `NAME=` is an empty string if the schema accepts one, else not set
  const isEmpty = found?.text === '' && found.input === '' && !result.success
  if (found === undefined || isEmpty) {
    found = supplied(name, schema, context)
    result = z.safeParse(schema, found?.input)
  }
  if (!result.success) return { found, issues: result.error.issues }
  return { found, value: freeze(result.data) }
}

/** Reads one setting, or explains why it cannot be read. `own` is its name without the prefix. */
export function readSetting(
  { name, own, schema }: { name: string; own: string; schema: AnySchema },
  context: SettingContext,
): ReadSetting | WrongSetting {
  try {
    const { found, value, issues } = readOne(name, schema, context)
    if (issues !== undefined)
      return { lines: problemLines({ name, schema, issues, found }, context) }
    const { text = '', isFromSecrets = false } = found ?? {}
    const isOwn = found?.origin === `${own}, ${found?.source}`
    const source =
      (isOwn ? found?.source : found?.origin) ?? (value === undefined ? 'not set' : 'default')
    return { value, input: found?.input, text, source, isFromSecrets }
  } catch (error) {
    if (error instanceof SettingFileError) return { lines: [error.message] }
    throw error
  }
}

/** A setting and its problems. */
export interface SettingIssues {
  /** The variable, with the prefix. */
  readonly name: string
  readonly schema: AnySchema
  readonly issues: readonly z.core.$ZodIssue[]
  /** The text; undefined if it is not set. */
  readonly found: SettingText | undefined
  /** True if the setting is valid, and does not go with the others. */
  readonly isTogether?: boolean
}

/** Explains the problems of a setting: with nested variables, those of each member by its own name. */
export function problemLines(given: SettingIssues, context: SettingContext): string[] {
  const { name, schema, issues } = given
  const members = context.nested === undefined ? undefined : membersOf(schema)
  const lines = Object.entries(members ?? {}).flatMap(([key, member]) => {
    const own = issues.filter(({ path }) => path[0] === key)
    const inner = own.map((issue) => ({ ...issue, path: issue.path.slice(1) }))
    const variable = memberName(name, key, context)
    return own.length === 0
      ? []
      : problemLines(
          {
            ...given,
            name: variable,
            schema: member,
            issues: inner,
            found: textOf(variable, member, context),
          },
          context,
        )
  })
  const rest = issues.filter(({ path }) => !Object.hasOwn(members ?? {}, path[0] ?? ''))
  return rest.length === 0 ? lines : [...lines, settingProblem({ ...given, issues: rest })]
}
