import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from '../../scripts/is-installed.mjs'
import { benchFolder } from './contenders.ts'
import { installPlinth } from './install-plinth.ts'

/**
 * Installs the missing packages of the contenders.
 *
 * A contender whose packages cannot be installed is left out.
 */
export async function install(): Promise<void> {
  installPackages()
  installPython()
  buildNest()
  await installPlinth()
}

function installPackages(): void {
  if (isInstalled(benchFolder)) return
  console.error('Installing the contenders (first run only)…')
  const done = run('npm', ['ci', '--no-audit', '--no-fund'])
  if (done.status !== 0) throw new Error(`npm ci in bench/ failed:\n${done.output}`)
}

/** Creates a virtual environment with the packages for FastAPI, on the newest suitable Python. */
function installPython(): void {
  const requirements = join(benchFolder, 'contenders/fastapi/requirements.txt')
  const stamp = join(benchFolder, '.venv', 'installed.txt')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing FastAPI (first run only)…')
  const steps: readonly (readonly [string, ...string[]])[] = [
    ['python3', '-m', 'venv', '--clear', '.venv'],
    ['.venv/bin/python', '-m', 'pip', 'install', '--quiet', '-r', requirements],
  ]
  for (const [program, ...args] of steps) {
    const done = run(program, args)
    if (done.status === 0) continue
    console.error(`FastAPI is left out: ${program} failed.\n${done.output.slice(-1000)}`)
    run('rm', ['-rf', '.venv'])
    return
  }
  writeFileSync(stamp, wanted)
}

/**
 * Compiles the Nest contender with tsc, as Nest's build does. Node cannot run decorators.
 */
function buildNest(): void {
  const tsc = join(benchFolder, '..', 'node_modules', 'typescript', 'bin', 'tsc')
  const done = run(process.execPath, [tsc, '-p', 'contenders/nest/tsconfig.json'])
  if (done.status !== 0) throw new Error(`The NestJS contender does not compile:\n${done.output}`)
}

function run(program: string, args: readonly string[]): { status: number | null; output: string } {
  const done = spawnSync(program, [...args], { cwd: benchFolder, encoding: 'utf8' })
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`
  return { status: done.status, output }
}
