import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { humanLine } from '../../packages/plinth/src/logging/human-format.ts'

/** A server that the dev command runs. */
export interface ServerPlan {
  /** The prefix of its output lines. */
  readonly name: string
  /** The arguments for Node. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** The terminal color of its name. */
  readonly paint: (text: string) => string
}

/** The time that a server gets to stop, in milliseconds. The API gives its requests 4.5 s. */
const patience = 6000

/** Formats a log line of the API as on a terminal; other lines stay unchanged. */
function readable(line: string): string {
  if (!line.startsWith('{"level":')) return line
  try {
    return humanLine(line).trimEnd()
  } catch {
    return line
  }
}

/**
 * Runs a server in its own process group, so that Ctrl-C reaches it once, through the dev command.
 */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #prefix: string
  readonly #held: string[] = []
  #quiet = true
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>

  constructor({ name, args, cwd, env, paint }: ServerPlan) {
    this.#prefix = `${paint(name)} ${paint('│')} `
    this.#child = spawn(process.execPath, [...args], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        console.error(`${this.#prefix}could not be started: ${error.message}`)
        resolve()
      })
      this.#child.once('close', () => resolve())
    })
    // the server never outlives the dev command, unless that gets a SIGKILL
    process.once('exit', () => this.#signalAll('SIGKILL'))
    this.#lines(this.#child.stdout, (line) => {
      if (this.#quiet) this.#held.push(line)
      else console.log(this.#prefix + line)
    })
    this.#lines(this.#child.stderr, (line) => console.error(this.#prefix + line))
  }

  /** Shows its output from now on, and the output of its start only if that contains a problem. */
  speak(isWell: boolean): void {
    this.#quiet = false
    const shown = isWell ? this.#held.filter((line) => /warn|error|⚠|⨯/i.test(line)) : this.#held
    for (const line of shown) console.log(this.#prefix + line)
  }

  /** Stops the process and its children: first with the signal, then with SIGKILL. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await Promise.race([this.ended, delay(patience, undefined, { ref: false })])
    this.#signalAll('SIGKILL')
    await this.ended
  }

  /** Signals all processes of the group, including those that the server started. */
  #signalAll(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal)
    } catch {
      // all of them have already ended
    }
  }

  #lines(stream: Readable | null, take: (line: string) => void): void {
    if (stream === null) return
    createInterface({ input: stream }).on('line', (line) => {
      // a line that only moves the cursor counts as empty
      if (stripVTControlCharacters(line).trim() !== '') take(readable(line))
    })
  }
}
