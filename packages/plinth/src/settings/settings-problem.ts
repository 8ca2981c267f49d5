import type * as z from 'zod'
import { redact } from './redact.ts'
import type { EnvValue } from './read-env.ts'
import { isSecret, secretMark, type Schema } from './secret.ts'

type Definition = Schema['_zod']['def'] & {
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
  readonly defaultValue?: unknown
  readonly entries?: Readonly<Record<string, string | number>>
  readonly values?: readonly (string | number)[]
  readonly format?: string
}

const definitionOf = (schema: Schema): Definition => schema._zod.def

const longestShown = 40

/** Kinds whose text may be shown where it is wrong: what is wrong with a string may be that it is a secret. */
const shown = new Set(['number', 'int', 'bigint', 'boolean', 'date', 'enum', 'literal'])

const formats: Readonly<Record<string, string>> = {
  url: 'https://example.com',
  email: 'ann@example.com',
  uuid: '0198c1a4-5f0e-7c3a-9a53-3b1d8f4f2c11',
  datetime: '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  ipv4: '127.0.0.1',
}

const first = (values: readonly (string | number)[]): string => String(values[0] ?? '')

/** What could be written, by the schema's kind. */
const examples: Readonly<Record<string, (definition: Definition, schema: Schema) => string>> = {
  string: ({ format }) => formats[format ?? ''] ?? 'some text',
  number: (_, schema) => String(Math.max(1, Number(schema._zod.bag['minimum'] ?? 1))),
  bigint: () => '1',
  boolean: () => 'true',
  date: () => '2026-01-31T12:00:00Z',
  array: ({ element }) => `${exampleOf(element!)},${exampleOf(element!)}`,
  enum: ({ entries }) => first(Object.values(entries ?? {})),
  literal: ({ values }) => first(values ?? []),
  object: () => '{"key": "value"}',
  record: () => '{"key": "value"}',
  default: ({ defaultValue, innerType }) =>
    ['string', 'number', 'boolean', 'bigint'].includes(typeof defaultValue) && defaultValue !== ''
      ? String(defaultValue)
      : exampleOf(innerType!),
}

function exampleOf(schema: Schema): string {
  const definition = definitionOf(schema)
  const example = examples[definition.type]
  if (example !== undefined) return example(definition, schema)
  const inner = definition.innerType ?? definition.in
  return inner === undefined ? 'some text' : exampleOf(inner)
}

function toWrite(name: string, schema: Schema): string {
  const example = secretMark(schema)?.example
  if (example !== undefined) return `${name}=${example}`
  if (/(?:DATABASE|POSTGRES|PG)_?UR[IL]$/i.test(name))
    return `${name}=postgres://user:password@host/database`
  return `${name}=${isSecret(name, schema) ? '<the secret>' : exampleOf(schema)}`
}

function kindOf(schema: Schema): string {
  const definition = definitionOf(schema)
  const inner = definition.innerType ?? definition.in
  return inner === undefined ? definition.type : kindOf(inner)
}

/** A setting that is missing or wrong. */
export interface SettingProblem {
  readonly name: string
  readonly schema: Schema
  /** `undefined` when it is not set. */
  readonly found: EnvValue | undefined
  readonly issues: readonly z.core.$ZodIssue[]
}

function reason({ name, schema, found, issues }: SettingProblem): string {
  const text = found?.text ?? ''
  const secret = isSecret(name, schema)
  const reasons = issues.map(({ path, message }) => {
    const at = path.length === 0 ? '' : ` (at ${path.map(String).join('.')})`
    // a schema of the application's may quote the value in its message
    const told = secret && text !== '' && message.includes(text) ? 'Invalid value' : message
    return `${redact(told)}${at}`
  })
  const got =
    !secret && shown.has(kindOf(schema))
      ? `; got ${JSON.stringify(redact(text).slice(0, longestShown))}`
      : ''
  return `${[...new Set(reasons)].join(', ')}${got}`
}

/** One line on a setting: its name, where it stood, what is wrong, and what to write. */
export function settingProblem(problem: SettingProblem): string {
  const { name, schema, found } = problem
  const example = `write for example ${toWrite(name, schema)}`
  return found === undefined
    ? `  ${name} is not set; ${example}`
    : `  ${name} (${found.source}): ${reason(problem)}; ${example}`
}
