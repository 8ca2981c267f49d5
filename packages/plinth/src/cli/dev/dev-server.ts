import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExitCode } from '../action.ts'
import { sharingVariable } from './dev-messages.ts'
import type { DevMessage, DevStart, DriftMessage } from './dev-messages.ts'
import { FileWatcher } from './file-watcher.ts'
import { compileCacheFolder } from '../compile-cache.ts'
import type { Output } from '../output.ts'
import type { Project } from '../project.ts'
import type { Address } from '../service.ts'

// `.ts` in the repository, `.js` in the package
const scriptOf = (name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
const script = scriptOf('dev-child')
const driftScript = scriptOf('dev-drift')

/** Milliseconds after which a service that does not stop is killed: longer than its grace period. */
const killAfter = 4500

/** Runs a service in a child process, and restarts it after each change of a file that it loaded. */
export class DevServer {
  readonly #project: Project
  readonly #out: Output
  readonly #watch = new FileWatcher((file) => void this.#restart(file))
  readonly #ended = Promise.withResolvers<ExitCode>()
  #address: Address
  #child: ChildProcess | undefined
  /** The process that compares models and migrations. */
  #comparing: ChildProcess | undefined
  #restarting = false
  #changed: string | undefined
  #stopping = false
  /** The banner is printed at the first successful start only. */
  #hasServed = false
  readonly #sharingSecret = randomBytes(32).toString('base64url')
  /** Files that the service itself may write while it starts. */
  readonly #envFiles: readonly string[]

  constructor(project: Project, address: Address, out: Output) {
    this.#project = project
    this.#address = address
    this.#out = out
    this.#envFiles = ['.env', '.env.local'].map((name) => join(project.root, name))
  }

  /** Runs until a signal, and returns the exit code. */
  async run(): Promise<ExitCode> {
    const { root, paths } = this.#project
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void this.#stop(signal))
    for (const file of [join(root, 'package.json'), paths.api]) this.#watch.add(file)
    this.#start()
    const exit = await this.#ended.promise
    this.#watch[Symbol.dispose]()
    return exit
  }

  #start(because?: string): void {
    const again = this.#hasServed && because !== undefined
    const start: DevStart = { ...this.#address, ...(again && { because }) }
    this.#watch.addMigrations(this.#project.paths.migrations)
    const { root } = this.#project
    const compiled = compileCacheFolder(root)
    const env = {
      ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }),
      ...process.env,
      [sharingVariable]: this.#sharingSecret,
    }
    const child = fork(script, [JSON.stringify(start)], { cwd: root, env })
    this.#child = child
    this.#watch.anySource = false
    child.on('message', (message: DevMessage) => this.#onMessage(message))
    child.once('exit', (code, signal) => this.#onExit(child, signal ?? code))
  }

  #onMessage(message: DevMessage): void {
    if (message.plinth === 'file') return this.#watch.add(message.file)
    // Keeps the port across restarts, even with --port 0.
    this.#address = { ...this.#address, port: message.port }
    this.#hasServed = true
    for (const file of this.#envFiles) this.#watch.add(file)
    this.#watch.forget(this.#envFiles)
    this.#compare()
  }

  /** Warns when the models are ahead of the migrations, before requests fail with 500 for missing columns. */
  #compare(): void {
    this.#comparing?.kill()
    const comparing = fork(driftScript, { cwd: this.#project.root, stdio: 'ignore' })
    this.#comparing = comparing
    comparing.on('error', () => undefined)
    comparing.on('message', ({ statements: [first = '', ...more] }: DriftMessage) => {
      if (this.#comparing !== comparing) return
      const rest = more.length > 0 ? `, and ${more.length} more` : ''
      const change = first.replaceAll(/\s+/g, ' ').trim().slice(0, 100)
      const out = this.#out
      out.note(
        `${out.style('yellow', '!')} The models changed since the newest migration. Write one with plinth db generate; it is applied here
${out.style('dim', `  ${change}${rest}`)}`,
      )
    })
  }

  #onExit(child: ChildProcess, how: number | string | null): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#comparing?.kill()
    this.#comparing = undefined
    if (this.#stopping) return this.#ended.resolve(0)
    if (this.#restarting) return
    this.#watch.anySource = true
    for (const file of this.#envFiles) this.#watch.add(file)
    const out = this.#out
    out.note(out.style('dim', `The service stopped (${how}). It restarts after the next change.`))
  }

  /** Restarts one at a time: the old process has released the database's lock when the new one starts. */
  async #restart(file: string): Promise<void> {
    this.#changed = file
    if (this.#restarting || this.#stopping) return
    this.#restarting = true
    while (this.#changed !== undefined) {
      await this.#end('SIGTERM')
      if (this.#stopping) break
      const because = `${relative(this.#project.root, this.#changed)} changed`
      this.#changed = undefined
      this.#start(because)
    }
    this.#restarting = false
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#comparing?.kill()
    this.#comparing = undefined
    const child = this.#child
    if (child === undefined) return
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.kill(signal)
    await once(child, 'exit')
    clearTimeout(timer)
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    // On a terminal, the child got the same Ctrl-C. It treats a second signal within a moment as the first.
    await this.#end(signal)
    this.#ended.resolve(0)
  }
}
