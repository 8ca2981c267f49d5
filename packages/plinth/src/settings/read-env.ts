import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEnv } from './decode-env.ts'
import type { Environment } from './mode.ts'
import { parseEnv } from './parse-env.ts'

/** The text of a setting, and its source. */
export interface EnvValue {
  readonly text: string
  /** `environment`, or a file and line, such as `.env:3`. */
  readonly source: string
}

/** The contents of the process environment and the `.env` files. */
export interface EnvValues {
  readonly values: ReadonlyMap<string, EnvValue>
  /** Descriptions of unreadable files and lines. */
  readonly problems: readonly string[]
  /** Files that are not UTF-8: their lines are lost, or their values are wrong. */
  readonly damaged: readonly DamagedFile[]
}

/** A file that is not UTF-8, and the fix. */
export interface DamagedFile {
  readonly problem: string
  readonly fix: string
}

const reference = /\$\{([^}:]*)(?::-([^}]*))?\}/g

// A directory of that name is common: Python's virtual environments are called `.env`.
const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

/** Reads a file; `undefined` if it does not exist. */
function readBytes(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (absent.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * Reads the process environment and the `.env` files of a directory.
 *
 * The environment wins over the files, and a later file over an earlier one. `${NAME}` and `${NAME:-default}` are
 * replaced with the environment's value, or else with an earlier value from the files.
 *
 * @see https://github.com/theskumar/python-dotenv#variable-expansion
 */
export function readEnv(
  directory: string,
  files: readonly string[],
  environment: Environment,
): EnvValues {
  const { values, ...rest } = readEnvFiles(directory, files, environment)
  return { values: new Map([...values, ...environmentValues(environment)]), ...rest }
}

/** The values of the process environment. */
export function environmentValues(environment: Environment): ReadonlyMap<string, EnvValue> {
  const values = new Map<string, EnvValue>()
  for (const [name, text] of Object.entries(environment))
    if (text !== undefined) values.set(name, { text, source: 'environment' })
  return values
}

/** Reads the `.env` files alone; the environment is only used for `${NAME}`. */
export function readEnvFiles(
  directory: string,
  files: readonly string[],
  environment: Environment,
): EnvValues {
  const values = new Map<string, EnvValue>()
  const problems: string[] = []
  const damaged: DamagedFile[] = []
  const lookup = (name: string): string | undefined =>
    Object.hasOwn(environment, name) && environment[name] !== undefined
      ? environment[name]
      : values.get(name)?.text
  for (const file of files) {
    let text = ''
    try {
      const decoded = decodeEnv(file, readBytes(join(directory, file)) ?? new Uint8Array())
      if ('text' in decoded) text = decoded.text
      else damaged.push(decoded)
    } catch (error) {
      problems.push(
        `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      )
    }
    const { entries, unreadable } = parseEnv(text)
    for (const { name, value, line, expands } of entries) {
      const expanded = expands
        ? value.replace(reference, (_, of: string, otherwise = '') => lookup(of) ?? otherwise)
        : value
      values.set(name, { text: expanded, source: `${file}:${line}` })
    }
    for (const line of unreadable)
      problems.push(`${file}:${line} is not NAME=value and was ignored`)
  }
  return { values, problems, damaged }
}
