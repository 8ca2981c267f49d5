// The reference backend as started by `node src/main.ts`, in its own process and folder, on the built package.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modules } from './cli-project.ts'
import { childEnvironment } from './child-environment.ts'
import { flagsFor } from './short-lived.ts'

/** A process of the backend, and its output. */
export interface BackendProcess extends AsyncDisposable {
  /** The output on stdout and stderr so far. */
  readonly said: string
  readonly stdout: string
  readonly stderr: string
  /**
   * Resolves with its address when it listens.
   * @throws its output, if it exited
   */
  readonly listening: Promise<string>
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

const source = fileURLToPath(new URL('../../../../apps/api', import.meta.url))

/** Starts it with these settings and none of this process, in an empty folder. */
export function startBackend(
  environment: Readonly<Record<string, string>>,
  script = 'main.ts',
  /** The maximum number of open files and sockets. */
  files?: number,
): BackendProcess {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-backend-'))
  const service = join(folder, 'service')
  for (const name of ['package.json', 'src', 'migrations'])
    cpSync(join(source, name), join(service, name), { recursive: true })
  symlinkSync(modules, join(service, 'node_modules'))
  const cwd = join(folder, 'empty')
  mkdirSync(cwd)
  const flags = flagsFor(environment['DATABASE_URL'])
  const run = [process.execPath, ...flags, join(service, 'src', script)] as const
  const limited = ['sh', '-c', `ulimit -n ${files}; exec "$0" "$@"`, ...run] as const
  const [command, ...rest] = files === undefined ? run : limited
  const child = spawn(command, rest, {
    cwd,
    env: { ...childEnvironment(), PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test that times out does not dispose of it.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const texts = { stdout: '', stderr: '' }
  const listening = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<number | string>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part
      const [, url] =
        /(?:Tasks API on |"url":")(http:\/\/localhost:\d+)[\s"]/.exec(texts.stdout) ?? []
      if (url !== undefined) listening.resolve(url)
    })
  child.once('close', (code, signal) => {
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true })
    listening.reject(new Error(`it ended: ${texts.stdout}${texts.stderr}`))
    ended.resolve(code ?? signal ?? 'nothing')
  })
  // A caller that only waits for its end gets no error for the address.
  listening.promise.catch(() => {})
  return {
    get said() {
      return texts.stdout + texts.stderr
    },
    get stdout() {
      return texts.stdout
    },
    get stderr() {
      return texts.stderr
    },
    listening: listening.promise,
    ended: ended.promise,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended.promise
    },
  }
}
