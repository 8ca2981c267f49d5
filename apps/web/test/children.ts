import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const root = join(import.meta.dirname, '../../..')

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of a user's shell, without the test runner's and the developer's settings. */
export function shell(settings: Environment): Environment {
  const own =
    /^(VITEST.*|NODE_ENV|TEST|PORT|DATABASE_URL|BETTER_AUTH_\w+|CORS_ORIGINS|GITHUB_CLIENT_\w+|MAIL_\w+)$/
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name))
  return { ...Object.fromEntries(kept), NEXT_TELEMETRY_DISABLED: '1', ...settings }
}

/** A running program, and its output so far. */
export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits for a pattern in the output, or fails with the output if the program exits first. */
  says: (words: RegExp) => Promise<RegExpExecArray>
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
  /** Stops it, and returns its exit code. */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

interface RunOptions {
  /** The working directory. Default: the repository's root. */
  readonly cwd?: string
  readonly env: Environment
  /** If true, it runs in its own process group, like a command in a terminal. */
  readonly isGroup?: boolean
}

export function run(command: string, args: readonly string[], options: RunOptions): Running {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    detached: options.isGroup ?? false,
    // Next's types say that NODE_ENV is always set; here it must not be
    env: options.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  let ended = false
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  const end = once(child, 'close').then(() => {
    ended = true
    return child.exitCode
  })
  const says = async (words: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = words.exec(text)
      if (found) return found
      if (ended) throw new Error(`It ended without saying ${words}:\n${text}`)
      await Promise.race([delay(50), end])
    }
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (!ended) child.kill(signal)
    return await end
  }
  return { child, output: () => text, says, ended: end, stop }
}

/** Finds the processes with this text in their environment, including all descendants. */
export function processesWith(words: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(words)
      } catch {
        return false // it has ended, or belongs to another user
      }
    })
}
