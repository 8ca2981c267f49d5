import { inspect } from 'node:util'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { hideSecret, redact } from './redact.ts'
import { isSecret, secretMark } from './secret.ts'
import { membersOf } from './setting-text.ts'

/** One setting in a form that can be printed. */
export interface SettingRow {
  readonly name: string
  /** The origin of the value: `environment`, a file and line (`.env:3`), `default`, `not set`, or how it was generated. */
  readonly source: string
  /** Secrets and the passwords of connection strings are `[redacted]`. */
  readonly value: string
}

const redacted = '[redacted]'
/** The shortest value that is hidden because of the setting's name alone: a shorter one may be an ordinary word. */
const leastHidden = 16

interface Described {
  readonly rows: readonly SettingRow[]
  /** The settings with redacted secrets. */
  readonly printed: Readonly<Record<string, unknown>>
}

const descriptions = new WeakMap<object, Described>()

function print(this: object): unknown {
  return { ...descriptions.get(this)?.printed }
}

/** The prototype of settings: it prints them, and has no `constructor` and no `__proto__`. */
const prototype: object = Object.freeze(
  Object.assign(Object.create(null) as object, { toJSON: print, [inspect.custom]: print }),
)

/** Freezes lists and plain objects, with their members. */
export function freeze(value: unknown): unknown {
  const plain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype
  if (plain && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value as object)) freeze(member)
  }
  return value
}

/** Redacts the passwords of connection strings in a value. */
function printable(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(printable)
  if (value instanceof Set || value instanceof Map) return [...value].map(printable)
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value as object).map(([name, member]) => [name, printable(member)]),
  )
}

function show(printed: unknown): string {
  if (printed === undefined) return ''
  if (typeof printed === 'string') return printed
  return JSON.stringify(printed, (_, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  )
}

/** A database URL without a password. It is never hidden, so that messages can name an unreachable database. */
const openDatabase =
  /^(?:pglite:[^@?\s]*|postgres(?:ql)?:\/\/(?:\[[\da-f:.]+\])?[^@?#:\s]*(?::\d+(?:\/[^@?#:\s]*)?)?)$/

/** Hides a secret in every log line. */
function hide(schema: AnySchema, value: unknown): void {
  if (typeof value !== 'string' || openDatabase.test(value)) return
  if (secretMark(schema) !== undefined || value.length >= leastHidden) hideSecret(value)
}

/** The result: plain values that print without their secrets. */
export function madeSettings(
  shape: Readonly<Record<string, AnySchema>>,
  reads: ReadonlyMap<string, { readonly value: unknown; readonly source: string }>,
  whole: object | undefined,
): object {
  const rows: SettingRow[] = []
  const printed: Record<string, unknown> = {}
  const made = Object.create(prototype) as Record<string, unknown>
  // First all secrets, so that a computed value does not show one.
  for (const [name, { value, source }] of reads)
    if (source !== 'default') hideIn(name, shape[name], value)
  const own = [...reads].map(([name, { value }]) => [name, value] as const)
  for (const [name, value] of whole === undefined ? own : Object.entries(whole)) {
    const { source = 'computed' } = reads.get(name) ?? {}
    Object.defineProperty(made, name, { value: freeze(value), enumerable: true })
    printed[name] = printedOf(name, shape[name], value)
    rows.push(Object.freeze({ name, source, value: show(printed[name]) }))
  }
  descriptions.set(made, { rows: Object.freeze(rows), printed })
  return Object.freeze(made)
}

/** Hides a secret, or the secrets among the members of an object. A default is part of the code, and so stays readable. */
function hideIn(name: string, schema: AnySchema | undefined, value: unknown): void {
  if (schema === undefined || value === undefined) return
  if (isSecret(name, schema)) return hide(schema, value)
  for (const [key, member] of Object.entries(membersOf(schema) ?? {}))
    hideIn(key, member, (value as Readonly<Record<string, unknown>> | null)?.[key])
}

function printedOf(name: string, schema: AnySchema | undefined, value: unknown): unknown {
  if (value !== undefined && isSecret(name, schema ?? z.any())) return redacted
  const members = schema && membersOf(schema)
  if (members === undefined || Object.getPrototypeOf(value ?? 0) !== Object.prototype)
    return printable(value)
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => [key, printedOf(key, members[key], one)]),
  )
}

/**
 * Lists each setting with its source and its value, with secrets redacted.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: the object did not come from `settings()`
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { describeSettings, settings } from 'plinth'
 *
 * console.table(describeSettings(settings({ PORT: z.int().default(8000) })))
 * ```
 */
export function describeSettings(env: object): readonly SettingRow[] {
  const rows = descriptions.get(env)?.rows
  if (rows === undefined)
    throw new PlinthError(
      'PLINTH_SETTINGS_INVALID',
      'describeSettings() needs the object that settings() returned: a copy holds only the values',
    )
  return rows
}
