import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEnv } from './decode-env.ts'

const largestFile = 1_048_576
/** How many directories deep a nested setting may be. */
const deepest = 8

/** A text in a file that a variable or a secrets directory names cannot be read. */
export class SettingFileError extends Error {}

/** A setting whose text is in a file of its own. */
export interface SecretFile {
  readonly file: string
  /** The origin of the path, for messages. */
  readonly source: string
}

/**
 * Reads a file that holds one secret, without its last line break.
 *
 * @throws {SettingFileError} it cannot be read, is larger than 1 MiB, or is not UTF-8; the message continues "the file …"
 */
export function readSecretFile(path: string): string {
  let bytes: Uint8Array
  try {
    if (statSync(path).size > largestFile)
      throw new SettingFileError(`the file ${path} is larger than 1 MiB`)
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof SettingFileError) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new SettingFileError(`the file ${path} cannot be read (${code})`, { cause: error })
  }
  const decoded = decodeEnv(path, bytes)
  if ('problem' in decoded) throw new SettingFileError(decoded.problem)
  return decoded.text.replace(/\r?\n$/, '')
}

/** The files of a secrets directory by the name of their setting, and the problem if it cannot be read. */
export interface SecretFiles {
  readonly files: ReadonlyMap<string, SecretFile>
  readonly problem: string | undefined
}

/**
 * Lists the files of a directory that holds one secret per file, as Docker and Kubernetes mount it.
 *
 * Files are only read when a setting has their name. With `nested`, a directory `DB` with a file `HOST` is `DB__HOST`.
 * Names that begin with a dot are left out: Kubernetes keeps its versions in them.
 */
export function secretFilesIn(directory: string, nested: string | undefined): SecretFiles {
  const files = new Map<string, SecretFile>()
  const add = (path: string, prefix: string, depth: number): void => {
    for (const name of readdirSync(path)) {
      if (name.startsWith('.')) continue
      const file = join(path, name)
      // A mounted secret is a symbolic link, which stat follows.
      const isDirectory = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
      if (!isDirectory) files.set(`${prefix}${name}`, { file, source: file })
      else if (nested !== undefined && depth < deepest)
        add(file, `${prefix}${name}${nested}`, depth + 1)
    }
  }
  try {
    add(directory, '', 1)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { files, problem: `the secrets directory ${directory} cannot be read (${code})` }
  }
  return { files, problem: undefined }
}
