import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { compileCacheFolder } from '../compile-cache.ts'
import type { Output } from '../output.ts'

/** The most errors that are printed at once. */
const most = 8

/**
 * Checks the types of a service in the background, with its own TypeScript.
 *
 * Node removes types without reading them, so a service with type errors runs.
 */
export class TypeChecker {
  readonly #root: string
  readonly #out: Output
  readonly #command: readonly string[] | undefined
  /** True until it was said whether there is TypeScript. */
  #isTyped: boolean
  #running: ChildProcess | undefined
  /** The errors that were printed last. */
  #shown = ''

  constructor(root: string, out: Output) {
    this.#root = root
    this.#out = out
    this.#isTyped = existsSync(join(root, 'tsconfig.json'))
    this.#command = this.#isTyped ? compilerOf(root) : undefined
  }

  /** Checks after a reload. Says once if it cannot. */
  startAgain(): void {
    const out = this.#out
    if (this.#isTyped && this.#command === undefined)
      out.note(out.style('dim', 'Type errors are not shown: npm install --save-dev typescript'))
    this.#isTyped = false
    this.start()
  }

  /** Checks in the background. A check that runs is canceled. */
  start(): void {
    this.cancel()
    const command = this.#command
    if (command === undefined) return
    const running = spawn(process.execPath, command, {
      cwd: this.#root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#running = running
    running.once('error', () => this.cancel())
    yieldTo(running)
    let said = ''
    running.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
    running.once('close', () => {
      if (this.#running === running) this.#show(said)
    })
  }

  cancel(): void {
    const running = this.#running
    this.#running = undefined
    running?.kill()
  }

  #show(said: string): void {
    this.#running = undefined
    const out = this.#out
    const errors = typeErrors(said)
    const text = errors.join('\n')
    if (text === this.#shown) return
    this.#shown = text
    if (errors.length === 0) return out.note(out.style('green', '✓ no type errors'))
    for (const error of errors.slice(0, most)) out.note(`${out.style('red', 'types:')} ${error}`)
    if (errors.length > most) out.note(out.style('dim', `  and ${errors.length - most} more`))
  }
}

/** Lets the service have the processor first. */
function yieldTo({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended.
  }
}

/** Reads the errors in the output of `tsc --pretty false`, in the form `src/tasks.ts:12:7 Type 'string' is …`. */
export const typeErrors = (said: string): string[] =>
  said.split('\n').flatMap((line) => {
    const [, file, at, column, message] =
      /^(\S.*?)\((\d+),(\d+)\): error TS\d+: (.*)$/.exec(line) ?? []
    return file === undefined ? [] : [`${file}:${at}:${column} ${message}`]
  })

/** The arguments with which Node runs the TypeScript of a project; `undefined` if it has none. */
function compilerOf(root: string): readonly string[] | undefined {
  let manifest: string
  try {
    manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
  } catch {
    return undefined
  }
  const { version } = createRequire(manifest)(manifest) as { version: string }
  const command = [join(dirname(manifest), 'bin/tsc'), '--noEmit', '--pretty', 'false']
  // TypeScript 7 would take every core from the service.
  if (Number(version.split('.')[0]) >= 7) command.push('--singleThreaded')
  const cache = compileCacheFolder(root)
  if (cache !== undefined)
    command.push('--incremental', '--tsBuildInfoFile', join(cache, 'types.tsbuildinfo'))
  return command
}
