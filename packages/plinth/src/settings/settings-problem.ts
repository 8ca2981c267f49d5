import type * as z from 'zod'
import { redact } from './redact.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { kindOf } from '../schemas/kinds.ts'
import { callByType, inputSideOf, type ByType } from '../schemas/zod-definition.ts'
import { isSecret, secretMark } from './secret.ts'

const longestShown = 40

const examples: ByType<string> = {
  array: ({ element }) => `${exampleOf(element)},${exampleOf(element)}`,
  object: () => '{"key": "value"}',
  record: () => '{"key": "value"}',
  default: ({ defaultValue, innerType }) =>
    ['string', 'number', 'boolean', 'bigint'].includes(typeof defaultValue) && defaultValue !== ''
      ? String(defaultValue)
      : exampleOf(innerType),
}

/** An example of a value, by the schema's type or its kind. */
function exampleOf(schema: AnySchema): string {
  const own = callByType(examples, schema)
  if (own !== undefined) return own
  const inner = inputSideOf(schema)
  if (inner !== undefined) return exampleOf(inner)
  const example = kindOf(schema)?.settingExample ?? 'some text'
  return typeof example === 'string' ? example : example(schema)
}

function toWrite(name: string, schema: AnySchema): string {
  const example = secretMark(schema)?.example
  if (example !== undefined) return `${name}=${example}`
  if (/(?:DATABASE|POSTGRES|PG)_?UR[IL]$/i.test(name))
    return `${name}=postgres://user:password@host/database`
  return `${name}=${isSecret(name, schema) ? '<the secret>' : exampleOf(schema)}`
}

/** Tells if the text of an invalid setting may be printed: a string may be a secret. */
function isPrintable(schema: AnySchema): boolean {
  const inner = inputSideOf(schema)
  return inner === undefined ? kindOf(schema)?.isSettingPrintable === true : isPrintable(inner)
}

/** A setting that is missing or invalid. */
export interface SettingProblem {
  readonly name: string
  readonly schema: AnySchema
  /** `undefined` when it is not set. */
  readonly found:
    | { readonly text: string; readonly source: string; readonly isFromSecrets?: boolean }
    | undefined
  /** True if the setting is valid, and does not go with the others. */
  readonly isTogether?: boolean
  readonly issues: readonly z.core.$ZodIssue[]
}

function reason({ name, schema, found, issues }: SettingProblem): string {
  const text = found?.text ?? ''
  const secret = isSecret(name, schema) || found?.isFromSecrets === true
  const reasons = issues.map(({ path, message }) => {
    const at = path.length === 0 ? '' : ` (at ${path.map(String).join('.')})`
    // the message of a custom schema may quote the value
    const told = secret && text !== '' && message.includes(text) ? 'Invalid value' : message
    return `${redact(told)}${at}`
  })
  const got =
    found !== undefined && !secret && isPrintable(schema)
      ? `; got ${JSON.stringify(redact(text).slice(0, longestShown))}`
      : ''
  return `${[...new Set(reasons)].join(', ')}${got}`
}

/** Describes a problem in one line: the setting's name and source, the reason, and an example. */
export function settingProblem(problem: SettingProblem): string {
  const { name, schema, found, isTogether = false } = problem
  const example = `write for example ${toWrite(name, schema)}`
  return found === undefined && !isTogether
    ? `  ${name} is not set; ${example}`
    : `  ${name} (${found?.source ?? 'default'}): ${reason(problem)}; ${example}`
}
