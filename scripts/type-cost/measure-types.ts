import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { generateApp } from './generate-app.ts'

/** What the compiler says that an app cost it. */
export interface TypeCost {
  readonly routes: number
  readonly instantiations: number
  /** Megabytes. */
  readonly memory: number
  /** Seconds of checking. */
  readonly check: number
}

/**
 * Generates an app of this many routes (0: its imports alone) and compiles it with one checker.
 *
 * @param folder - made anew for each measurement; below the repository, so that `plinth` is found
 * @throws {Error} the app does not compile, with what the compiler said
 */
export function measureTypes(root: string, folder: string, routes: number): TypeCost {
  const place = join(root, folder)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const settings = { extends: join(root, 'tsconfig.json'), include: ['.'] }
  const files = { ...generateApp(routes), 'tsconfig.json': JSON.stringify(settings) }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', place, '--singleThreaded', '--extendedDiagnostics', '--noEmit']
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, '--pretty', 'false', '--incremental', 'false'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0)
    throw new Error(`the app of ${routes} routes does not compile:\n${stdout}${stderr}`)
  return {
    routes,
    instantiations: figure(stdout, 'Instantiations'),
    memory: Math.round(figure(stdout, 'Memory used') / 1024),
    check: figure(stdout, 'Check time'),
  }
}

/** `Check time:  0.831s` -> 0.831 */
export function figure(output: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1]
  if (found === undefined) throw new Error(`the compiler does not say "${name}":\n${output}`)
  return Number(found)
}
