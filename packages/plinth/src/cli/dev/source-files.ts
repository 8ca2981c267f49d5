import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSource } from './file-watcher.ts'

/** The source files in the folder of a file, and in the folders inside. */
export const sourceFiles = (file: string): readonly string[] =>
  readdirSync(dirname(file), { recursive: true, encoding: 'utf8' })
    .filter((name) => isSource(name) && !name.includes('node_modules'))
    .map((name) => join(dirname(file), name))
