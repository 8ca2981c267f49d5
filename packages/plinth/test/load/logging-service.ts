// A service that logs under load, and whose standard output a test controls.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../support/child-environment.ts'
import { main } from '../support/cli-project.ts'
import { linesPerRequest } from './load-service.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

/** Options of {@link startLogging}. */
export interface LoggingOptions {
  /** The folder of the service. */
  readonly folder: string
  readonly workers: number
  /** A file for its standard output. Default: a pipe. */
  readonly file?: string
}

/** A running service with its standard output. */
export interface LoggingService extends AsyncDisposable {
  /** Standard output, if it is a pipe. It is read until the test pauses it. */
  readonly pipe: Readable
  /** The text of standard output so far. */
  readonly output: () => string
  /** Waits until standard output matches. */
  readonly wrote: (pattern: RegExp) => Promise<void>
  /** Sends that many requests, one after the other, and returns the number of 200s. */
  readonly ask: (requests: number) => Promise<number>
  /** Sends SIGTERM; resolves with the exit code, and the milliseconds to the exit. */
  readonly stop: () => Promise<{ readonly code: number | string; readonly milliseconds: number }>
  /** Accounts for the lines of all requests so far, once it has ended. */
  readonly count: () => LineCounts
}

/** The whereabouts of log lines. */
export interface LineCounts {
  /** The lines that were logged. */
  readonly logged: number
  readonly written: number
  /** Lines that were dropped, as a line of the log reports. */
  readonly dropped: number
  /** Lines that could not be written, as standard error reports. */
  readonly unwritten: number
  /** Written lines that are not JSON. */
  readonly torn: number
}

/** Starts `plinth start`, and waits until all processes serve. A device, such as `/dev/full`, is not waited for. */
export async function startLogging(options: LoggingOptions): Promise<LoggingService> {
  const { folder, workers, file } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = ['--port', String(port), '--host', '127.0.0.1', '--workers', String(workers)]
  const stdout = file === undefined ? 'pipe' : openSync(file, 'a')
  const child = spawn(process.execPath, [main, 'start', ...args], {
    cwd: folder,
    env: childEnvironment(),
    stdio: ['ignore', stdout, 'pipe'],
  })
  if (typeof stdout === 'number') closeSync(stdout)
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let text = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part))
  child.stderr!.setEncoding('utf8').on('data', (part: string) => (errors += part))
  const ended = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', kill)
    return (code ?? signal) as number | string
  })
  const isDevice = file?.startsWith('/dev/') ?? false
  const output = (): string =>
    file === undefined ? text : isDevice ? '' : readFileSync(file, 'utf8')
  const wrote = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output())) await sleep(20)
  }
  let requests = 0
  const get = async (path: string): Promise<boolean> => {
    const response = await fetch(url + path).catch(() => undefined)
    await response?.arrayBuffer()
    return response?.ok ?? false
  }
  if (isDevice) {
    while (!(await get('/log'))) await sleep(50)
    requests += 1
  } else await wrote(new RegExp(`(?:"msg":"listening"[^]*?){${workers}}`))
  return {
    // A test with a file does not use it.
    pipe: child.stdout!,
    output,
    wrote,
    ask: async (count) => {
      let good = 0
      for (let i = 0; i < count; i++) if (await get('/log')) good += 1
      requests += count
      return good
    },
    stop: async () => {
      const started = performance.now()
      child.kill('SIGTERM')
      const code = await ended
      const milliseconds = Math.round(performance.now() - started)
      if (file === undefined && !child.stdout!.destroyed) {
        child.stdout!.resume()
        await once(child.stdout!, 'close')
      }
      return { code, milliseconds }
    },
    count: () => {
      // Each process that serves logs that it listens. When it stops, it says so, and so does the primary process.
      const own = workers * 2 + (workers > 1 ? 1 : 0)
      return { logged: requests * linesPerRequest + own, ...read(output(), errors) }
    },
    async [Symbol.asyncDispose]() {
      kill()
      await ended
    },
  }
}

function read(output: string, errors: string): Omit<LineCounts, 'logged'> {
  const counts = { written: 0, dropped: 0, unwritten: 0, torn: 0 }
  for (const line of output.split('\n').slice(0, -1))
    try {
      const { dropped } = JSON.parse(line) as { readonly dropped?: number }
      if (dropped === undefined) counts.written += 1
      else counts.dropped += dropped
    } catch {
      counts.torn += 1
    }
  for (const [, lost] of errors.matchAll(/(\d+) log lines could not be written/g))
    counts.unwritten += Number(lost)
  return counts
}
