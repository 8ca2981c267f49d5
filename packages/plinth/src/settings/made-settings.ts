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

/** A setting, or a member of one, and where it comes from. */
interface Origin {
  readonly name: string
  readonly schema: AnySchema | undefined
  /** True below a secret, and for values from a secrets directory, where everything is one. */
  readonly isFromSecrets: boolean
}

const isHidden = ({ name, schema, isFromSecrets }: Origin): boolean =>
  isFromSecrets || isSecret(name, schema ?? z.any())

/** A text that no message and no log line may show. */
interface SecretText {
  readonly text: string
  /** True if the schema says so, and not only the name. */
  readonly isMarked: boolean
}

/** Finds the secret texts in the value of a setting. */
export function secretsIn(origin: Origin, value: unknown): SecretText[] {
  const { schema } = origin
  const isFromSecrets = isHidden(origin)
  if (typeof value === 'string') {
    const isMarked = schema !== undefined && secretMark(schema) !== undefined
    return isFromSecrets && value !== '' ? [{ text: value, isMarked }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  const members = schema && membersOf(schema)
  if (members === undefined && !isFromSecrets) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    secretsIn({ name, schema: members?.[name], isFromSecrets }, inner),
  )
}

/** Hides a secret in every log line. */
function hide({ text, isMarked }: SecretText): void {
  if (!openDatabase.test(text) && (isMarked || text.length >= leastHidden)) hideSecret(text)
}

interface Read {
  readonly value: unknown
  readonly source: string
  readonly isFromSecrets: boolean
}

/** The result: plain values that print without their secrets. */
export function madeSettings(
  shape: Readonly<Record<string, AnySchema>>,
  reads: ReadonlyMap<string, Read>,
  whole: object | undefined,
): object {
  const rows: SettingRow[] = []
  const printed: Record<string, unknown> = {}
  const made = Object.create(prototype) as Record<string, unknown>
  // First all secrets, so that a computed value does not show one.
  for (const [name, { value, source, isFromSecrets }] of reads)
    // a default is part of the code, and so stays readable
    if (source !== 'default')
      secretsIn({ name, schema: shape[name], isFromSecrets }, value).forEach(hide)
  const own = [...reads].map(([name, { value }]) => [name, value] as const)
  for (const [name, value] of whole === undefined ? own : Object.entries(whole)) {
    const { source = 'computed', isFromSecrets = false } = reads.get(name) ?? {}
    Object.defineProperty(made, name, { value: freeze(value), enumerable: true })
    printed[name] = printedOf({ name, schema: shape[name], isFromSecrets }, value)
    rows.push(Object.freeze({ name, source, value: show(printed[name]) }))
  }
  descriptions.set(made, { rows: Object.freeze(rows), printed })
  return Object.freeze(made)
}

function printedOf(origin: Origin, value: unknown): unknown {
  if (value !== undefined && isHidden(origin)) return redacted
  const members = origin.schema && membersOf(origin.schema)
  if (members === undefined || Object.getPrototypeOf(value ?? 0) !== Object.prototype)
    return printable(value)
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [
      name,
      printedOf({ name, schema: members[name], isFromSecrets: false }, inner),
    ]),
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
