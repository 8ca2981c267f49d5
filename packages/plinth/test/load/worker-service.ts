import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { childEnvironment } from '../support/child-environment.ts'
import { main } from '../support/cli-project.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

/** A log line of the service, other than an access line. */
export interface LogLine {
  readonly msg?: string
  readonly pid?: number
  readonly url?: string
  readonly [fact: string]: unknown
}

/** A running `plinth start --workers`, followed by its log. */
export interface WorkerService extends AsyncDisposable {
  readonly url: string
  /** Its log lines, without access lines. Those of standard error are the fact `stderr`. */
  readonly lines: readonly LogLine[]
  /** Output that is not JSON. */
  readonly torn: readonly string[]
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly kill: (signal: NodeJS.Signals) => void
  /** The pids of the workers that serve, in the order of their start. */
  readonly serving: () => number[]
  /** Waits for a line, after `from` lines. */
  readonly logged: (matches: (line: LogLine) => boolean, from?: number) => Promise<LogLine>
  /** Waits until that many workers have begun to serve since the start. */
  readonly begun: (count: number) => Promise<void>
}

/** Starts a service with workers, and waits until all of them serve. */
export async function startWorkers(
  folder: string,
  count: number,
  ...args: readonly string[]
): Promise<WorkerService> {
  // Not 0: after a moment without a worker, the next one would get another port.
  const address = ['--port', String(await freePort()), '--host', '127.0.0.1']
  const all = ['start', ...address, '--workers', String(count), ...args]
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe']
  const child = spawn(process.execPath, [main, ...all], {
    cwd: folder,
    env: childEnvironment(),
    stdio,
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const lines: LogLine[] = []
  const torn: string[] = []
  const waiting = new Set<() => void>()
  const add = (line: LogLine): void => {
    lines.push(line)
    for (const look of waiting) look()
  }
  createInterface(child.stdout!).on('line', (text) => {
    if (text.includes('"route":')) return
    try {
      add(JSON.parse(text) as LogLine)
    } catch {
      torn.push(text)
    }
  })
  createInterface(child.stderr!).on('line', (stderr) => add({ stderr }))
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', kill)
    add({ msg: 'closed' })
    return (code ?? signal) as number | string
  })
  const logged: WorkerService['logged'] = (matches, from = 0) =>
    new Promise((resolve, reject) => {
      let next = from
      const look = (): void => {
        for (; next < lines.length; next++) {
          const line = lines[next]!
          const isLast = line.msg === 'closed'
          if (!matches(line) && !isLast) continue
          waiting.delete(look)
          if (!isLast) return resolve(line)
          return reject(
            new Error(`it has ended:\n${lines.map((each) => JSON.stringify(each)).join('\n')}`),
          )
        }
      }
      waiting.add(look)
      look()
    })
  const begun = async (times: number): Promise<void> => {
    let left = times
    await logged(({ msg }) => msg === 'listening' && --left === 0)
  }
  await begun(count)
  const pids = (message: string): number[] =>
    lines.filter(({ msg }) => msg === message).map(({ pid }) => pid ?? 0)
  return {
    url: lines.find(({ msg }) => msg === 'listening')?.url ?? '',
    lines,
    torn,
    ended,
    kill: (signal) => void child.kill(signal),
    serving: () => {
      const gone = new Set([...pids('a worker ended'), ...pids('replaced')])
      return pids('listening').filter((pid) => !gone.has(pid))
    },
    logged,
    begun,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
