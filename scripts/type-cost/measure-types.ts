import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateApp } from './generate-app.ts'

/** The cost of an app, as the compiler reports it. */
export interface TypeCost {
  readonly routes: number
  readonly instantiations: number
  /** Memory in megabytes. */
  readonly memory: number
  /** Check time in seconds. */
  readonly check: number
}

/**
 * Generates an app of this many routes (0 for its imports alone) and compiles it on one thread.
 *
 * @param folder - created for each measurement, below the repository so that `plinth` is found
 * @throws {Error} the app does not compile; has the compiler output
 */
export async function measureTypes(
  root: string,
  folder: string,
  routes: number,
): Promise<TypeCost> {
  const place = join(root, folder)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const settings = { extends: join(root, 'tsconfig.json'), include: ['.'] }
  const files = { ...generateApp(routes), 'tsconfig.json': JSON.stringify(settings) }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', place, '--singleThreaded', '--extendedDiagnostics', '--noEmit']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...args, '--pretty', 'false', '--incremental', 'false'],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  ).catch((failed: { readonly stdout: string; readonly stderr: string }) => {
    throw new Error(
      `the app of ${routes} routes does not compile:\n${failed.stdout}${failed.stderr}`,
    )
  })
  return {
    routes,
    instantiations: figure(stdout, 'Instantiations'),
    memory: Math.round(figure(stdout, 'Memory used') / 1024),
    check: figure(stdout, 'Check time'),
  }
}

/** Reads a figure, such as 0.831 from `Check time:  0.831s`. */
export function figure(output: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1]
  if (found === undefined) throw new Error(`the compiler output has no "${name}":\n${output}`)
  return Number(found)
}
