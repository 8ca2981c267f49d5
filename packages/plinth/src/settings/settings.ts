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

/** The settings by name, each with the Zod schema of its value. */
export type SettingsShape = Readonly<Record<string, AnySchema>>

/** `{ PORT: z.ZodInt }` -> `{ readonly PORT: number }` */
export type Settings<S extends SettingsShape> = { readonly [K in keyof S]: z.output<S[K]> }

/** Where settings are read from. */
export interface SettingsOptions {
  /** Where the files are. Default: the working directory. */
  readonly directory?: string
  /** Read in this order, a later one wins. Default `['.env', '.env.local']`. */
  readonly files?: readonly string[]
  /** Wins over the files. Default `process.env`. */
  readonly environment?: Environment
}

/** One setting, as it may be shown. */
export interface SettingRow {
  readonly name: string
  /** `environment`, a file and line as `.env:3`, `default`, `not set`, or how it was made. */
  readonly source: string
  /** Secrets and the passwords of connection strings are `[redacted]`. */
  readonly value: string
}

const redacted = '[redacted]'
/** Least length at which a name alone makes a value unsayable: a shorter one may be a word of every log line. */
const leastHidden = 16

interface Described {
  readonly rows: readonly SettingRow[]
  /** The settings as they may be printed. */
  readonly printed: Readonly<Record<string, unknown>>
}

const descriptions = new WeakMap<object, Described>()

function print(this: object): unknown {
  return { ...descriptions.get(this)?.printed }
}

/** No `constructor`, no `__proto__`: only what was declared, and how to print it. */
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

/** The same value without the passwords of its connection strings. */
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

/** A database's URL without a password: where it is must be sayable, or no message can tell what is not reached. */
const openDatabase =
  /^(?:pglite:[^@?\s]*|postgres(?:ql)?:\/\/(?:\[[\da-f:.]+\])?[^@?#:\s]*(?::\d+(?:\/[^@?#:\s]*)?)?)$/

/** Keeps a secret out of every log line, wherever it turns up. */
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
  /** Whether a line of a file could not be read: it may have been the setting that seems to be missing. */
  readonly isPartial: boolean
}

function readSetting(name: string, schema: AnySchema, context: EnvContext): SettingRead {
  let found = context.values.get(name)
  let result = found && z.safeParse(schema, coerce(schema, found.text))
  // `NAME=` sets an empty text where that is a value, and nothing where it is none
  if (found?.text === '' && !result?.success) found = undefined
  if (found === undefined) {
    const { directory, environment, isPartial } = context
    const at = mode(environment)
    // one that was kept would win over the one in the unreadable line, for good
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
 * Reads settings from the process environment, `.env.local` and `.env`, in this order of precedence: the first that
 * has one wins. What none has takes its schema's default.
 *
 * The files are in python-dotenv's dialect (`${NAME:-default}`, `pa#ss`, `export`, quotes over several lines), except
 * that nothing is replaced in single quotes. Texts become numbers, booleans (`true 1 yes on …`), lists (`a,b` or JSON)
 * and objects (JSON) as their schemas say. `NAME=` counts as not set where an empty text is no value. The process
 * environment itself is not changed.
 *
 * The result is frozen. Printed, logged or made JSON, its secrets and the passwords of its connection strings are
 * `[redacted]`; read one by one they are plain values. The log hides secrets wherever they turn up.
 *
 * A process that nobody saves from the error ends with 1 and the error's message alone, without a stack; so it does
 * from then on for every other error of its setup, such as a wrong DATABASE_URL.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: all that are missing or wrong, in one message, without their secrets
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
    // a default stands in the code for all to read
    if (hidden && source !== 'default') hide(schema, value)
    printed[name] = hidden ? redacted : printable(value)
    rows.push(Object.freeze({ name, source, value: show(printed[name]) }))
  }
  if (lines.length > 0) throw invalid(lines, problems, directory)
  descriptions.set(made, { rows: Object.freeze(rows), printed })
  return Object.freeze(made) as Settings<S>
}

/**
 * Where each setting came from, with its value as it may be shown.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: it is not what `settings()` gave
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
      'Only what settings() gave can be described: a copy of it holds its values alone',
    )
  return rows
}
