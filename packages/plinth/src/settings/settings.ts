import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import { madeSettings } from './made-settings.ts'
import { tellSetupErrors } from './setup-message.ts'
import type { DamagedFile } from './read-env.ts'
import { readSetting, type ReadSetting, type SettingContext } from './read-setting.ts'
import { readSources } from './setting-sources.ts'
import { membersOf } from './setting-text.ts'
import { togetherLines } from './together-lines.ts'
import { runCheck, type FailSetting } from './settings-check.ts'
import { checkSettingsOptions, type SettingsOptions } from './settings-options.ts'

/** The declared settings: Zod schemas by name. */
export type SettingsShape = Readonly<Record<string, AnySchema>>

/** The values of settings: `{ PORT: z.ZodInt }` becomes `{ readonly PORT: number }`. */
export type Settings<S extends SettingsShape> = { readonly [K in keyof S]: z.output<S[K]> }

type NameOf<T> = Extract<keyof T, string>

/** The options of settings that are declared as a shape. */
export interface ShapeOptions<S extends SettingsShape> extends SettingsOptions<NameOf<S>> {
  /**
   * Compares settings with each other: `fail('KEY', 'Must be changed in production')`.
   *
   * It runs even if single settings are wrong, and ends where it reads one of those.
   */
  readonly check?: (env: Settings<S>, fail: FailSetting<NameOf<S>>) => void
}

const unreadable = (files: readonly DamagedFile[], directory: string): PlinthError =>
  new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    files.map(({ problem, fix }) => `${problem} (in ${directory}). ${fix}`).join('\n'),
  )

function invalid(
  lines: readonly string[],
  notes: readonly string[],
  places: readonly string[],
): PlinthError {
  const count = lines.length === 1 ? '1 setting is' : `${lines.length} settings are`
  return new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    [
      `${count} missing or wrong:`,
      ...lines,
      ...notes.map((note) => `  (${note})`),
      `Set them in ${places.join(', or in ')}`,
    ].join('\n'),
  )
}

/**
 * Reads and validates settings from the process environment, `.env.local`, `.env` and a secrets directory.
 *
 * The first of these that has a setting wins; otherwise the schema's default applies. `sources` changes the order, and
 * adds others. The process environment itself is not changed.
 *
 * The files use python-dotenv's dialect (`${NAME:-default}`, `pa#ss`, `export`, multiline quotes), except that single
 * quotes turn replacement off. Strings are coerced to numbers, booleans (`true 1 yes on …`), lists (`a,b` or JSON) and
 * objects (JSON), as the schemas require. `NAME=` counts as not set unless the schema accepts an empty string.
 *
 * `check` compares settings with each other, and its problems are in the same message as all others. An object schema
 * instead of a shape has `.refine()` for that, and `.transform()` computes values. A secret may be in a file:
 * `DB_PASSWORD_FILE=/run/secrets/db` sets `DB_PASSWORD`.
 *
 * The result is frozen. Its members are plain values, but secrets and passwords of connection strings are `[redacted]`
 * when it is printed, logged or serialized. Every log line hides them as well.
 *
 * If the error is not caught, the process prints its message without a stack and exits with 1. From then on, so do
 * other configuration errors, such as a wrong DATABASE_URL.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: lists all missing and invalid settings, without their secrets; a
 * file is not UTF-8; or two options contradict each other
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
  options?: SettingsOptions<NameOf<z.input<S>>>,
): Readonly<z.output<S>>
export function settings<const S extends SettingsShape>(
  shape: S,
  options?: ShapeOptions<S>,
): Settings<S>
export function settings(
  given: SettingsShape | z.core.$ZodType<object>,
  options: ShapeOptions<SettingsShape> = {},
): object {
  tellSetupErrors()
  const shape = isSchema(given) ? shapeOf(given, options) : given
  const names = Object.keys(shape)
  checkSettingsOptions(names, options)
  const { directory = process.cwd(), files = ['.env', '.env.local'], prefix = '' } = options
  const environment = options.environment ?? process.env
  const { values, problems, damaged, places } = readSources({
    ...options,
    directory,
    files,
    environment,
    names,
  })
  if (damaged.length > 0) throw unreadable(damaged, directory)
  const context: SettingContext = {
    directory,
    environment,
    values,
    isPartial: problems.length > 0,
    declared: new Set(names.map((name) => `${prefix}${name}`)),
    nested: options.nested,
    ignoreCase: options.ignoreCase ?? false,
  }
  const lines: string[] = []
  const reads = new Map<string, ReadSetting>()
  for (const [own, schema] of Object.entries(shape)) {
    const read = readSetting({ name: `${prefix}${own}`, own, schema }, context)
    if ('lines' in read) lines.push(...read.lines)
    else reads.set(own, read)
  }
  const whole = lines.length === 0 && isSchema(given) ? wholeOf(given, reads) : undefined
  const checked = options.check === undefined ? [] : runCheck(options.check, names, reads)
  const together = [...(whole?.error?.issues ?? []), ...checked]
  lines.push(...togetherLines(together, { shape, prefix, reads, context }))
  if (lines.length > 0) throw invalid(lines, problems, places)
  return madeSettings(shape, reads, whole?.data)
}

function shapeOf(schema: AnySchema, { check }: { readonly check?: unknown }): SettingsShape {
  const shape = membersOf(schema)
  if (shape === undefined)
    throw new PlinthError(
      'PLINTH_SETTINGS_INVALID',
      'settings() needs a z.object(…), or an object of schemas: { PORT: z.int() }',
    )
  if (check !== undefined)
    throw new PlinthError(
      'PLINTH_SETTINGS_INVALID',
      'settings(): a z.object(…) is checked by its .refine(); `check` is for an object of schemas',
    )
  return shape
}

/** Validates all settings together: the checks and transforms of an object schema. */
function wholeOf(
  schema: z.core.$ZodType<object>,
  reads: ReadonlyMap<string, { readonly input: unknown }>,
): z.ZodSafeParseResult<object> {
  const inputs = [...reads].filter(([, { input }]) => input !== undefined)
  return z.safeParse(schema, Object.fromEntries(inputs.map(([name, { input }]) => [name, input])))
}
