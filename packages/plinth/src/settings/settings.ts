import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { inspect } from 'node:util'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { hideSecret, redact } from './redact.ts'
import { tellSetupErrors } from './setup-message.ts'
import { coerce } from './coerce.ts'
import { mode, type Environment } from './mode.ts'
import { readEnv, type EnvValue } from './read-env.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { isSecret, secretMark } from './secret.ts'
import { settingProblem } from './settings-problem.ts'

/** The declared settings: Zod schemas by name. */
export type SettingsShape = Readonly<Record<string, AnySchema>>

/** The values of settings: `{ PORT: z.ZodInt }` becomes `{ readonly PORT: number }`. */
export type Settings<S extends SettingsShape> = { readonly [K in keyof S]: z.output<S[K]> }

/** The sources of settings. */
export interface SettingsOptions {
  /** The directory of the files. Default: the working directory. */
  readonly directory?: string
  /** The files, read in this order: a later one wins. Default `['.env', '.env.local']`. */
  readonly files?: readonly string[]
  /** Overrides the files. Default `process.env`. */
  readonly environment?: Environment
}

const settingsOptions: OptionNames<SettingsOptions> = {
  directory: true,
  files: true,
  environment: true,
}

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

function freeze(value: unknown): unknown {
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

type SettingRead =
  | { readonly value: unknown; readonly source: string }
  | { readonly found: EnvValue | undefined; readonly issues: readonly z.core.$ZodIssue[] }

interface EnvContext {
  readonly directory: string
  readonly environment: Environment
  readonly values: ReadonlyMap<string, EnvValue>
  /** True if a line of a file could not be read: it may be the setting that seems to be missing. */
  readonly isPartial: boolean
}

function readSetting(name: string, schema: AnySchema, context: EnvContext): SettingRead {
  let found = context.values.get(name)
  let result = found && z.safeParse(schema, coerce(schema, found.text))
  // `NAME=` is an empty string if the schema accepts one, else not set
  if (found?.text === '' && !result?.success) found = undefined
  if (found === undefined) {
    const { directory, environment, isPartial } = context
    const at = mode(environment)
    // a generated value, once saved, would always win over the one in the unreadable line
    const supply = isPartial && at !== 'test' ? undefined : secretMark(schema)?.supply
    const supplied = supply?.({ name, directory, mode: at })
    found = supplied
    result = z.safeParse(schema, supplied?.text)
  }
  if (!result!.success) return { found, issues: result!.error.issues }
  const value = freeze(result!.data)
  return { value, source: found?.source ?? (value === undefined ? 'not set' : 'default') }
}

function invalid(
  lines: readonly string[],
  notes: readonly string[],
  directory: string,
): PlinthError {
  const count = lines.length === 1 ? '1 setting is' : `${lines.length} settings are`
  return new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    [
      `${count} missing or wrong:`,
      ...lines,
      ...notes.map((note) => `  (${note})`),
      `Set them in the environment, or in .env or .env.local in ${directory}`,
    ].join('\n'),
  )
}

/**
 * Reads and validates settings from the process environment, `.env.local` and `.env`.
 *
 * The first of these that has a setting wins; otherwise the schema's default applies. The process environment itself
 * is not changed.
 *
 * The files use python-dotenv's dialect (`${NAME:-default}`, `pa#ss`, `export`, multiline quotes), except that single
 * quotes turn replacement off. Strings are coerced to numbers, booleans (`true 1 yes on …`), lists (`a,b` or JSON) and
 * objects (JSON), as the schemas require. `NAME=` counts as not set unless the schema accepts an empty string.
 *
 * The result is frozen. Its members are plain values, but secrets and passwords of connection strings are `[redacted]`
 * when it is printed, logged or serialized. Every log line hides them as well.
 *
 * If the error is not caught, the process prints its message without a stack and exits with 1. From then on, so do
 * other configuration errors, such as a wrong DATABASE_URL.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: lists all missing and invalid settings, without their secrets
 * @see https://docs.pydantic.dev/latest/concepts/pydantic_settings/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { betterAuthSecret, settings } from 'plinth'
 *
 * export const env = settings({
 *   PORT: z.int().min(0).max(65_535).default(8000),
 *   DATABASE_URL: z.string().default('pglite:./.plinth/dev'),
 *   BETTER_AUTH_SECRET: betterAuthSecret(),
 *   CORS_ORIGINS: z.array(z.url()).default(['http://localhost:3000']),
 * })
 * ```
 */
export function settings<const S extends SettingsShape>(
  shape: S,
  options: SettingsOptions = {},
): Settings<S> {
  tellSetupErrors()
  checkOptions(options, settingsOptions, 'settings()')
  const { directory = process.cwd(), files = ['.env', '.env.local'] } = options
  const environment = options.environment ?? process.env
  const { values, problems } = readEnv(directory, files, environment)
  const lines: string[] = []
  const rows: SettingRow[] = []
  const printed: Record<string, unknown> = {}
  const made = Object.create(prototype) as Record<string, unknown>
  const context: EnvContext = { directory, environment, values, isPartial: problems.length > 0 }
  for (const [name, schema] of Object.entries(shape)) {
    const read = readSetting(name, schema, context)
    if ('issues' in read) {
      lines.push(settingProblem({ name, schema, ...read }))
      continue
    }
    const { value, source } = read
    Object.defineProperty(made, name, { value, enumerable: true })
    const hidden = value !== undefined && isSecret(name, schema)
    // a default is part of the code, and so is not a secret
    if (hidden && source !== 'default') hide(schema, value)
    printed[name] = hidden ? redacted : printable(value)
    rows.push(Object.freeze({ name, source, value: show(printed[name]) }))
  }
  if (lines.length > 0) throw invalid(lines, problems, directory)
  descriptions.set(made, { rows: Object.freeze(rows), printed })
  return Object.freeze(made) as Settings<S>
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
