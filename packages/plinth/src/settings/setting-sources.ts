import { resolve } from 'node:path'
import type { Environment } from './mode.ts'
import { environmentValues, readEnvFiles, type DamagedFile, type EnvValue } from './read-env.ts'
import { secretFilesIn, type SecretFile } from './secret-file.ts'
import type { NamedSource, SettingSource, SettingsOptions } from './settings-options.ts'

/** A setting as a source has it: its text, or the file with its text. */
export type SourceValue = (EnvValue | SecretFile) & {
  /** The variable, if it is not the setting's own name. */
  readonly variable?: string
}

/** The values of all sources together, and where settings can be set. */
export interface SettingSources {
  readonly values: ReadonlyMap<string, SourceValue>
  readonly problems: readonly string[]
  readonly damaged: readonly DamagedFile[]
  /** The sources in words: `the environment`, `.env or .env.local in /app`. */
  readonly places: readonly string[]
}

interface Layer {
  readonly values: ReadonlyMap<string, SourceValue>
  readonly place: string
  readonly problems?: readonly string[]
  readonly damaged?: readonly DamagedFile[]
}

/** The options with their defaults. */
export interface SourceOptions extends SettingsOptions {
  readonly directory: string
  readonly files: readonly string[]
  readonly environment: Environment
  /** The names of the settings, without the prefix. */
  readonly names: readonly string[]
}

const layers = {
  environment: ({ environment }: SourceOptions): Layer => ({
    values: environmentValues(environment),
    place: 'the environment',
  }),
  files: ({ directory, files, environment }: SourceOptions): Layer => ({
    ...readEnvFiles(directory, files, environment),
    place: `${files.join(' or ')} in ${directory}`,
  }),
  secrets: ({ directory, secretsDirectory = '', nested }: SourceOptions): Layer => {
    const secrets = resolve(directory, secretsDirectory)
    const { files, problem } = secretFilesIn(secrets, nested)
    return {
      values: files,
      place: `a file in ${secrets}`,
      problems: problem === undefined ? [] : [problem],
    }
  },
} as const

/** The text of a value that is not text yet, for the schema to read: numbers as they are, objects as JSON. */
const textOf = (value: unknown): string =>
  typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? '')

function namedLayer(named: NamedSource): Layer {
  const values = new Map<string, EnvValue>()
  for (const [source, record] of Object.entries(named))
    for (const [name, value] of Object.entries(record)) {
      const text = typeof value === 'string' ? value : textOf(value)
      if (value !== undefined && value !== null) values.set(name, { text, source })
    }
  return { values, place: Object.keys(named).join(' or ') }
}

function layerOf(source: SettingSource, options: SourceOptions): Layer {
  return typeof source === 'string' ? layers[source](options) : namedLayer(source)
}

const defaults = ({ files, secretsDirectory }: SourceOptions): readonly SettingSource[] => [
  'environment',
  ...(files.length === 0 ? [] : (['files'] as const)),
  ...(secretsDirectory === undefined ? [] : (['secrets'] as const)),
]

/** The rest of a variable after a setting's name: that of a file, or of a member of a nested setting. */
function suffixOf(variable: string, name: string, nested: string | undefined): string | undefined {
  if (!variable.startsWith(name)) return undefined
  const suffix = variable.slice(name.length)
  const isOwn = suffix === '' || suffix === '_FILE'
  return isOwn || (nested !== undefined && suffix.startsWith(nested)) ? suffix : undefined
}

const aliasesOf = (
  name: string,
  aliases: Readonly<Record<string, readonly string[] | undefined>>,
): readonly string[] => (Object.hasOwn(aliases, name) && aliases[name]) || []

/** Renames the variables of a source: aliases to the setting's own name, and all to capitals if case is ignored. */
function renamed(layer: Layer, { names, ...options }: SourceOptions): Map<string, SourceValue> {
  const { prefix = '', nested, aliases = {}, ignoreCase = false } = options
  const key = (name: string): string => (ignoreCase ? name.toUpperCase() : name)
  const declared = new Set(names.map((name) => `${prefix}${name}`))
  const values = new Map<string, SourceValue>()
  for (const [name, value] of layer.values)
    // a name that is written as declared wins over one in another case
    if (declared.has(name) || !values.has(key(name)))
      values.set(key(name), { ...value, ...(ignoreCase && { variable: name }) })
  const written = new Map(values)
  for (const name of names)
    for (const alias of aliasesOf(name, aliases))
      for (const [variable, value] of written) {
        const suffix = suffixOf(variable, key(alias), nested && key(nested))
        const own = `${key(prefix + name)}${suffix}`
        const taken = values.get(own)
        const isFree = taken === undefined || ('text' in taken && taken.text === '')
        if (suffix !== undefined && isFree) values.set(own, { variable, ...value })
      }
  return values
}

/** Reads all sources. The first one that has a setting wins, under any of its names. */
export function readSources(options: SourceOptions): SettingSources {
  const all = (options.sources ?? defaults(options)).map((source) => layerOf(source, options))
  return {
    values: new Map(all.toReversed().flatMap((layer) => [...renamed(layer, options)])),
    problems: all.flatMap(({ problems = [] }) => problems),
    damaged: all.flatMap(({ damaged = [] }) => damaged),
    places: all.map(({ place }) => place),
  }
}
