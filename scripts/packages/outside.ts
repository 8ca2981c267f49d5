// Runs commands the way a user does: outside of the repository, without its environment.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname } from 'node:path'

/** Options of a command. */
export interface OutsideOptions {
  readonly cwd: string
  /** Variables besides those of this process. */
  readonly env?: NodeJS.ProcessEnv
}

/** A command that has ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Variables that npm sets for scripts, and variables that mark this process as a test. */
const ofThisRun =
  /^(npm_(lifecycle|package|command|execpath|node_execpath|config_(local|global)_prefix|config_node_gyp).*|INIT_CWD|NODE_ENV|NODE_OPTIONS|NODE_COMPILE_CACHE|VITEST.*|TEST|DEV|PROD|PORT|HOST|CI|FORCE_COLOR|DATABASE_URL|BETTER_AUTH_\w+|CORS_ORIGINS)$/

/**
 * The environment without the variables of npm and tests.
 *
 * The Node of this process is first on PATH.
 */
export function outsideEnvironment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ofThisRun.test(name))
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith('node_modules/.bin'))
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), ...path].join(delimiter),
    ...env,
  }
}

/**
 * Runs a command to its end, whatever its exit code.
 * @throws it could not be started, or took 10 minutes
 */
export function run(command: string, args: readonly string[], options: OutsideOptions): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd: options.cwd,
    env: outsideEnvironment(options.env),
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined || status === null)
    throw new Error(
      `${command} ${args.join(' ')}: ${error?.message ?? 'killed'}\n${stdout}${stderr}`,
    )
  return { code: status, stdout, stderr }
}

/**
 * Runs a command that must succeed, and returns its output.
 * @throws the output, if it failed
 */
export function runWell(command: string, args: readonly string[], options: OutsideOptions): string {
  const { code, stdout, stderr } = run(command, args, options)
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}

/** A command that runs until it is stopped. */
export interface Running extends AsyncDisposable {
  /** All of its output so far. */
  readonly said: string
  /**
   * Waits for a pattern in the output, after `from` characters.
   * @throws the output, if it does not appear
   */
  until(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  /** Sends Ctrl-C to the command and its children, and returns its exit code. */
  stop(): Promise<number | NodeJS.Signals>
}

/** Signals a process and its children. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // all of them have already ended
  }
}

/** Starts a command in its own process group, as a terminal does. */
export function start(command: string, args: readonly string[], options: OutsideOptions): Running {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: outsideEnvironment(options.env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let over = false
  const lookers = new Set<() => void>()
  const look = (): void => lookers.forEach((looker) => looker())
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      look()
    })
  const closed = once(child, 'close').then(([code, signal]) => {
    over = true
    look()
    return (code ?? signal) as number | NodeJS.Signals
  })
  const killAll = (): void => signalGroup(child, 'SIGKILL')
  process.once('exit', killAll)
  return {
    get said() {
      return said
    },
    until: (pattern, from = 0) => {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
      const giveUp = (why: string): void => reject(new Error(`${why} before ${pattern}:\n${said}`))
      const timer = setTimeout(() => giveUp('4 minutes passed'), 240_000)
      const looker = (): void => {
        const found = pattern.exec(said.slice(from))
        if (found !== null) resolve(found)
        else if (over) giveUp('it ended')
      }
      lookers.add(looker)
      looker()
      return promise.finally(() => {
        clearTimeout(timer)
        lookers.delete(looker)
      })
    },
    stop: () => {
      signalGroup(child, 'SIGINT')
      return closed
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', killAll)
      killAll()
      await closed
    },
  }
}
