import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { humanLine } from '../../packages/plinth/src/logging/human-format.ts'

/** A server that the dev command runs, and how. */
export interface ServerPlan {
  /** What its lines begin with. */
  readonly name: string
  /** For Node. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Before the name, as a terminal's color. */
  readonly paint: (text: string) => string
}

/** How long a server may take to end, in milliseconds: the API gives its requests 4.5 s. */
const patience = 6000

/** A line of the API's log as a person reads it, as on a terminal of its own; any other line as it is. */
function readable(line: string): string {
  if (!line.startsWith('{"level":')) return line
  try {
    return humanLine(line).trimEnd()
  } catch {
    return line
  }
}

/** One server: a process group of its own, so that a Ctrl-C reaches it through the dev command alone, and once. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #prefix: string
  readonly #held: string[] = []
  #quiet = true
  /** When it has ended, whoever ended it. */
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
        console.error(`${this.#prefix}cannot be started: ${error.message}`)
        resolve()
      })
      this.#child.once('close', () => resolve())
    })
    // whatever ends the dev command, short of a SIGKILL, nothing of it is left behind
    process.once('exit', () => this.#signalAll('SIGKILL'))
    this.#lines(this.#child.stdout, (line) => {
      if (this.#quiet) this.#held.push(line)
      else console.log(this.#prefix + line)
    })
    this.#lines(this.#child.stderr, (line) => console.error(this.#prefix + line))
  }

  /** Shows from now on what it prints; what it said of its start only if something in it is wrong. */
  speak(isWell: boolean): void {
    this.#quiet = false
    const shown = isWell ? this.#held.filter((line) => /warn|error|⚠|⨯/i.test(line)) : this.#held
    for (const line of shown) console.log(this.#prefix + line)
  }

  /** Ends it and all that it started: asked first, then made to. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await Promise.race([this.ended, delay(patience, undefined, { ref: false })])
    this.#signalAll('SIGKILL')
    await this.ended
  }

  /** To all processes of the group: those that the server started too. */
  #signalAll(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal)
    } catch {
      // all of them have ended already
    }
  }

  #lines(stream: Readable | null, take: (line: string) => void): void {
    if (stream === null) return
    createInterface({ input: stream }).on('line', (line) => {
      // a line that only moves the cursor is empty too
      if (stripVTControlCharacters(line).trim() !== '') take(readable(line))
    })
  }
}
