import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { freeze, madeSettings } from './made-settings.ts'
import { redact } from './redact.ts'
import { tellSetupErrors } from './setup-message.ts'
import { mode, type Environment } from './mode.ts'
import { readEnv, type DamagedFile, type EnvValue } from './read-env.ts'
import {
  memberName,
  membersOf,
  SettingFileError,
  settingInput,
  type SettingInput,
  type SettingTexts,
} from './setting-text.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { secretMark } from './secret.ts'
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
  /** Begins the name of every variable: with `'MY_'`, the setting `PORT` is `MY_PORT`. Default none. */
  readonly prefix?: string
  /**
   * Separates the names of nested variables. Default: an object is JSON only.
   *
   * With `'__'`, the member `host` of `DB: z.object({ host: … })` is `DB__HOST`, which wins over a `DB` in JSON.
   */
  readonly nested?: string
}

const settingsOptions: OptionNames<SettingsOptions> = {
  directory: true,
  files: true,
  environment: true,
  prefix: true,
  nested: true,
}

type SettingRead =
  | { readonly value: unknown; readonly input: unknown; readonly source: string }
  | { readonly found: EnvValue | undefined; readonly issues: readonly z.core.$ZodIssue[] }

interface EnvContext extends SettingTexts {
  readonly directory: string
  readonly environment: Environment
  /** True if a line of a file could not be read: it may be the setting that seems to be missing. */
  readonly isPartial: boolean
}

function readSetting(name: string, schema: AnySchema, context: EnvContext): SettingRead {
  let found: EnvValue | undefined = settingInput(name, schema, context)
  let input = (found as SettingInput | undefined)?.input
  let result = found && z.safeParse(schema, input)
  // `NAME=` is an empty string if the schema accepts one, else not set
  if (found?.text === '' && input === '' && !result?.success) found = undefined
  if (found === undefined) {
    const { directory, environment, isPartial } = context
    const at = mode(environment)
    // a generated value, once saved, would always win over the one in the unreadable line
    const supply = isPartial && at !== 'test' ? undefined : secretMark(schema)?.supply
    const supplied = supply?.({ name, directory, mode: at })
    found = supplied
    input = supplied?.text
    result = z.safeParse(schema, input)
  }
  if (!result!.success) return { found, issues: result!.error.issues }
  const value = freeze(result!.data)
  return { value, input, source: found?.source ?? (value === undefined ? 'not set' : 'default') }
}

const unreadable = (files: readonly DamagedFile[], directory: string): PlinthError =>
  new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    files.map(({ problem, fix }) => `${problem} (in ${directory}). ${fix}`).join('\n'),
  )

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
 * `z.object({ … })` with `.refine()` checks settings against each other, and `.transform()` computes values from them.
 * A secret may be in a file: `DB_PASSWORD_FILE=/run/secrets/db` sets `DB_PASSWORD`.
 *
 * The result is frozen. Its members are plain values, but secrets and passwords of connection strings are `[redacted]`
 * when it is printed, logged or serialized. Every log line hides them as well.
 *
 * If the error is not caught, the process prints its message without a stack and exits with 1. From then on, so do
 * other configuration errors, such as a wrong DATABASE_URL.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: lists all missing and invalid settings, without their secrets; or a
 * file is not UTF-8
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
export function settings<S extends z.core.$ZodType<object>>(
  schema: S,
  options?: SettingsOptions,
): Readonly<z.output<S>>
export function settings<const S extends SettingsShape>(
  shape: S,
  options?: SettingsOptions,
): Settings<S>
export function settings(
  given: SettingsShape | z.core.$ZodType<object>,
  options: SettingsOptions = {},
): object {
  tellSetupErrors()
  checkOptions(options, settingsOptions, 'settings()')
  const { directory = process.cwd(), files = ['.env', '.env.local'], prefix = '' } = options
  const environment = options.environment ?? process.env
  const { values, problems, damaged } = readEnv(directory, files, environment)
  if (damaged.length > 0) throw unreadable(damaged, directory)
  const shape = isSchema(given) ? (membersOf(given) ?? {}) : given
  const context: EnvContext = {
    directory,
    environment,
    values,
    isPartial: problems.length > 0,
    declared: new Set(Object.keys(shape).map((name) => `${prefix}${name}`)),
    nested: options.nested,
  }
  const lines: string[] = []
  const reads = new Map<string, Extract<SettingRead, { readonly input: unknown }>>()
  for (const [name, schema] of Object.entries(shape)) {
    const read = readOrExplain(`${prefix}${name}`, schema, context)
    if ('lines' in read) lines.push(...read.lines)
    else reads.set(name, read)
  }
  const whole = lines.length === 0 && isSchema(given) ? wholeOf(given, reads) : undefined
  if (whole !== undefined && !whole.success)
    for (const issue of whole.error.issues)
      lines.push(...wholeProblem(issue, { shape, prefix, context }))
  if (lines.length > 0) throw invalid(lines, problems, directory)
  return madeSettings(shape, reads, whole?.data)
}

function readOrExplain(name: string, schema: AnySchema, context: EnvContext) {
  try {
    const read = readSetting(name, schema, context)
    return 'issues' in read ? { lines: problemLines(name, schema, { ...read, context }) } : read
  } catch (error) {
    if (error instanceof SettingFileError) return { lines: [error.message] }
    throw error
  }
}

/** The problems of a setting: with nested variables, those of each member by its own name. */
function problemLines(
  name: string,
  schema: AnySchema,
  {
    found,
    issues,
    context,
  }: Extract<SettingRead, { readonly issues: unknown }> & {
    readonly context: EnvContext
  },
): string[] {
  const members = context.nested === undefined ? undefined : membersOf(schema)
  const lines = Object.entries(members ?? {}).flatMap(([key, member]) => {
    const own = issues.filter(({ path }) => path[0] === key)
    const inner = own.map((issue) => ({ ...issue, path: issue.path.slice(1) }))
    const variable = memberName(name, key, context)
    const read = { found: context.values.get(variable), issues: inner, context }
    return own.length === 0 ? [] : problemLines(variable, member, read)
  })
  const rest = issues.filter(({ path }) => !Object.hasOwn(members ?? {}, path[0] ?? ''))
  if (rest.length === 0) return lines
  return [...lines, settingProblem({ name, schema, found, issues: rest })]
}

/** Validates all settings together: the checks and transforms of an object schema. */
function wholeOf(
  schema: z.core.$ZodType<object>,
  reads: ReadonlyMap<string, { readonly input: unknown }>,
): z.ZodSafeParseResult<object> {
  const inputs = [...reads].filter(([, { input }]) => input !== undefined)
  return z.safeParse(schema, Object.fromEntries(inputs.map(([name, { input }]) => [name, input])))
}

function wholeProblem(
  issue: z.core.$ZodIssue,
  given: { shape: SettingsShape; prefix: string; context: EnvContext },
): string[] {
  const { shape, prefix, context } = given
  const [key = '', ...path] = issue.path
  const schema = shape[String(key)]
  if (schema === undefined) return [`  ${redact(issue.message)}`]
  const name = `${prefix}${String(key)}`
  const issues = [{ ...issue, path }]
  return problemLines(name, schema, { found: context.values.get(name), issues, context })
}
