import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Environment } from './mode.ts'

/** Values from elsewhere, such as a secret manager or a parsed file, below the name that messages give them. */
export type NamedSource = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** One place that settings are read from. */
export type SettingSource = 'environment' | 'files' | 'secrets' | NamedSource

/** The sources of settings, and how their variables are named. */
export interface SettingsOptions<Name extends string = string> {
  /** The directory of the files. Default: the working directory. */
  readonly directory?: string
  /** The files, read in this order: a later one wins. Default `['.env', '.env.local']`. */
  readonly files?: readonly string[]
  /** Overrides the files. Default `process.env`. */
  readonly environment?: Environment
  /** A directory with one file per secret, as Docker and Kubernetes mount it: `/run/secrets`. Default none. */
  readonly secretsDirectory?: string
  /**
   * The sources in their order: the first that has a setting wins.
   *
   * Default `['environment', 'files', 'secrets']`. Values from elsewhere are an object below a name:
   * `{ aws: await loadSecrets() }`.
   */
  readonly sources?: readonly SettingSource[]
  /** Begins the name of every variable: with `'MY_'`, the setting `PORT` is `MY_PORT`. Default none. */
  readonly prefix?: string
  /**
   * Separates the names of nested variables. Default: an object is JSON only.
   *
   * With `'__'`, the member `host` of `DB: z.object({ host: … })` is `DB__HOST`, which wins over a `DB` in JSON.
   */
  readonly nested?: string
  /**
   * More variables for a setting, without the prefix: `{ DATABASE_URL: ['POSTGRES_URL'] }`.
   *
   * In each source, the setting's own name comes first.
   */
  readonly aliases?: { readonly [N in Name]?: readonly string[] }
  /** Finds `port` and `Port` for the setting `PORT`, and the other way round. Default `false`. */
  readonly ignoreCase?: boolean
}

const known: OptionNames<SettingsOptions & { check: unknown }> = {
  directory: true,
  files: true,
  environment: true,
  secretsDirectory: true,
  sources: true,
  prefix: true,
  nested: true,
  aliases: true,
  ignoreCase: true,
  check: true,
}

const kinds: ReadonlySet<unknown> = new Set(['environment', 'files', 'secrets'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNamed = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length === 1 && Object.values(value).every(isRecord)

const refuse = (sentence: string): never => {
  throw new PlinthError('PLINTH_SETTINGS_INVALID', `settings(): ${sentence}`)
}

/** Each option that feeds a source: without that source, it has no effect. */
const feeds = [
  ['environment', 'environment'],
  ['files', 'files'],
  ['secretsDirectory', 'secrets'],
] as const

const isGiven = (value: unknown): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0)

function checkSources(options: SettingsOptions): void {
  const { sources, secretsDirectory } = options
  if (sources === undefined) return
  for (const source of sources)
    if (!kinds.has(source) && !isNamed(source))
      refuse(
        `a source is 'environment', 'files', 'secrets', or values below a name: { aws: { PORT: '8000' } }`,
      )
  if (new Set(sources).size < sources.length) refuse('`sources` names a source twice')
  for (const [option, source] of feeds)
    if (isGiven(options[option]) && !sources.includes(source))
      refuse(`\`${option}\` has no effect, because \`sources\` does not list '${source}'`)
  if (sources.includes('secrets') && secretsDirectory === undefined)
    refuse("`sources` lists 'secrets'; say where they are: secretsDirectory: '/run/secrets'")
}

function checkNames(names: readonly string[], options: SettingsOptions): void {
  const { prefix = '', aliases = {}, ignoreCase = false, nested } = options
  if (nested === '') refuse("`nested` is empty; write nested: '__'")
  for (const [at, name] of names.entries()) {
    const twin = names.slice(0, at).find((one) => one.toUpperCase() === name.toUpperCase())
    if (ignoreCase && twin !== undefined)
      refuse(`with \`ignoreCase\`, "${twin}" and "${name}" are one variable`)
  }
  for (const [name, others = []] of Object.entries<readonly string[] | undefined>(aliases)) {
    if (!names.includes(name)) refuse(`\`aliases\` names "${name}", which is not a setting`)
    if (!Array.isArray(others)) refuse(`the aliases of "${name}" must be a list of names`)
    if (others.includes(`${prefix}${name}`)) refuse(`"${prefix}${name}" is an alias of itself`)
  }
}

/**
 * Checks the options of `settings()`.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`, or `PLINTH_SETTINGS_INVALID`: two of them contradict each other
 */
export function checkSettingsOptions(names: readonly string[], options: SettingsOptions): void {
  checkOptions(options, known, 'settings()')
  checkSources(options)
  checkNames(names, options)
}
