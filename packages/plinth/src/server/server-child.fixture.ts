import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A server in its own process. */
export interface Child {
  process: ChildProcess
  port: number
  /** The parsed log lines; `errors` has the lines of standard error. */
  lines: Record<string, unknown>[]
  errors: string[]
  exit: Promise<number | null>
  logged(message: string): Promise<void>
}

/** Runs a script of this folder. It is killed when the test ends. */
export function runChild(
  script: string,
  options: object,
  environment: Record<string, string> = {},
): Omit<Child, 'port'> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [path, JSON.stringify(options)], {
    env: { ...process.env, NODE_ENV: 'production', VITEST: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Record<string, unknown>[] = []
  const errors: string[] = []
  const waiting = new Map<string, () => void>()
  createInterface(child.stdout).on('line', (line) => {
    const parsed = JSON.parse(line) as Record<string, unknown>
    lines.push(parsed)
    waiting.get(String(parsed['msg']))?.()
  })
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  return {
    process: child,
    lines,
    errors,
    exit: new Promise((resolve) => child.once('close', resolve)),
    logged: (message) =>
      lines.some(({ msg }) => msg === message)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.set(message, resolve)),
  }
}

/** Runs a server script, and resolves when it listens on a free port. */
export async function startChild(script: string, options: object = {}): Promise<Child> {
  const child = runChild(script, { port: 0, ...options })
  const failed = child.exit.then((code) => {
    throw new Error(`ended with ${code}: ${child.errors.join('\n')}`)
  })
  await Promise.race([child.logged('listening'), failed])
  failed.catch(() => {})
  const line = child.lines.find(({ msg }) => msg === 'listening')
  return { ...child, port: Number(line?.['port']) }
}
