import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ExitCode } from '../action.ts'
import { compileCacheFolder } from '../compile-cache.ts'
import type { Output } from '../output.ts'
import type { Project } from '../project.ts'
import type { Address } from '../service.ts'
import { describeChange } from './describe-change.ts'
import { sharingVariable } from './dev-messages.ts'
import type { DevLinks, DevMessage, DevStart, ReloadReply, ReloadRequest } from './dev-messages.ts'
import { DriftCheck } from './drift-check.ts'
import { FileWatcher } from './file-watcher.ts'
import { filesThatRestart } from './files-that-restart.ts'
import { generatedFileOf } from './generated-file.ts'
import { scriptOf } from './script-of.ts'
import type { TypeChecker } from './type-checker.ts'

/** Milliseconds after which a service that does not stop is killed: longer than its grace period. */
const killAfter = 4500
/** Milliseconds that a reload may take before the next change restarts the process instead. */
const reloadPatience = 10_000

/** Options of a {@link DevServer}. */
export interface DevServerOptions {
  readonly project: Project
  readonly address: Address
  readonly out: Output
  /** `undefined` if types are not checked. */
  readonly checker: TypeChecker | undefined
  /** True if `plinth dev` reacts to keys, so that standard input is not the service's. */
  readonly keys: boolean
}

/** The process that serves. */
interface Serving {
  readonly child: ChildProcess
  /** Set once it serves and can reload. */
  canReload: boolean
}

/** Runs a service in a child process, which loads it again after each change. Some changes need a new process. */
export class DevServer {
  readonly #project: Project
  readonly #out: Output
  readonly #watch = new FileWatcher((files) => this.#onChange(files))
  readonly #drift: DriftCheck
  readonly #checker: TypeChecker | undefined
  readonly #keys: boolean
  readonly #ended = Promise.withResolvers<ExitCode>()
  readonly #changed = new Set<string>()
  #address: Address
  #serving: Serving | undefined
  #reply: PromiseWithResolvers<ReloadReply | undefined> | undefined
  #askedAt = 0
  #working = false
  #stopping = false
  /** The banner is printed at the first successful start only. */
  #hasServed = false
  #links: DevLinks = {}
  readonly #sharingSecret = randomBytes(32).toString('base64url')
  /** The service itself may write it while it starts. */
  readonly #generatedFile: string
  #restartFiles: readonly string[] = []

  constructor({ project, address, out, checker, keys }: DevServerOptions) {
    this.#project = project
    this.#address = address
    this.#out = out
    this.#checker = checker
    this.#keys = keys
    this.#drift = new DriftCheck(project.root, out)
    this.#generatedFile = generatedFileOf(project.root)
  }

  /** The pages of the service that serves. */
  get links(): DevLinks {
    return this.#links
  }

  /** Runs until a signal, and returns the exit code. */
  async run(): Promise<ExitCode> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void this.stop(signal))
    this.#watch.add(this.#project.paths.api)
    this.#start()
    const exit = await this.#ended.promise
    this.#watch[Symbol.dispose]()
    return exit
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    // On a terminal, the child got the same Ctrl-C. It treats a second signal within a moment as the first.
    await this.#end(signal)
    this.#ended.resolve(0)
  }

  /** Starts the process again. */
  restart(because: string): void {
    this.#reply?.resolve({ plinth: 'restart', because })
    void this.#work(() => this.#startAgain(because))
  }

  #start(because?: string): void {
    const again = this.#hasServed && because !== undefined
    const keys = this.#keys
    const start: DevStart = { ...this.#address, keys, ...(again && { because }) }
    const { root, paths } = this.#project
    this.#watch.addMigrations(paths.migrations)
    for (const file of (this.#restartFiles = filesThatRestart(root))) this.#watch.add(file)
    const compiled = compileCacheFolder(root)
    const env = {
      ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }),
      ...process.env,
      [sharingVariable]: this.#sharingSecret,
    }
    const child = fork(scriptOf('dev-child'), [JSON.stringify(start)], {
      cwd: root,
      env,
      stdio: [keys ? 'ignore' : 'inherit', 'inherit', 'inherit', 'ipc'],
    })
    this.#serving = { child, canReload: false }
    this.#watch.anySource = false
    child.on('message', (message: DevMessage) => this.#onMessage(message))
    child.once('exit', (code, signal) => this.#onExit(child, signal ?? code))
  }

  #onMessage(message: DevMessage): void {
    if (message.plinth === 'file') return this.#watch.add(message.file, message.stamp)
    if (message.plinth !== 'ready') return this.#reply?.resolve(message)
    // Keeps the port across restarts, even with --port 0.
    this.#address = { ...this.#address, port: message.port }
    this.#hasServed = true
    this.#links = message.links
    if (this.#serving !== undefined) this.#serving.canReload = message.reloads
    this.#watch.accept(this.#generatedFile, message.generated)
    this.#drift.start()
    this.#checker?.start()
  }

  #onExit(child: ChildProcess, how: number | string | null): void {
    if (this.#serving?.child !== child) return
    this.#serving = undefined
    this.#reply?.resolve(undefined)
    this.#drift.cancel()
    if (this.#stopping) return this.#ended.resolve(0)
    if (this.#working) return
    this.#watch.anySource = true
    this.#watch.add(this.#generatedFile)
    const out = this.#out
    out.note(out.style('dim', `The service stopped (${how}). It restarts after the next change.`))
  }

  #onChange(files: readonly string[]): void {
    this.#checker?.cancel()
    for (const file of files) this.#changed.add(file)
    // A module that never finishes to load must not block what comes after it.
    if (performance.now() - this.#askedAt > reloadPatience) this.#reply?.resolve(undefined)
    void this.#work(async () => {
      const changed = [...this.#changed]
      this.#changed.clear()
      if (changed.length > 0) await this.#apply(changed)
    })
  }

  /** Does one thing at a time, and then what has changed meanwhile. */
  async #work(first: () => Promise<void>): Promise<void> {
    if (this.#working || this.#stopping) return
    this.#working = true
    await first()
    while (this.#changed.size > 0 && !this.#stopping) {
      const changed = [...this.#changed]
      this.#changed.clear()
      await this.#apply(changed)
    }
    this.#working = false
  }

  async #apply(files: readonly string[]): Promise<void> {
    const { root, paths } = this.#project
    const because = describeChange(root, files)
    if (this.#serving?.canReload !== true || files.some((file) => this.#needsRestart(file)))
      return await this.#startAgain(because)
    // Before the process reads the folder: a migration that is written meanwhile is a change.
    this.#watch.addMigrations(paths.migrations)
    const reply = await this.#reload(this.#serving.child, files)
    this.#watch.anySource = reply?.plinth === 'failed'
    if (reply === undefined) return await this.#startAgain(because)
    if (reply.plinth === 'restart') return await this.#startAgain(reply.because)
    if (reply.plinth === 'failed') return
    this.#links = reply.links
    if (reply.models) this.#drift.start()
    this.#checker?.startAgain()
  }

  #needsRestart(file: string): boolean {
    return file === this.#generatedFile || this.#restartFiles.includes(file)
  }

  /** Resolves with the reply; undefined if the process ended, or takes too long. */
  async #reload(child: ChildProcess, files: readonly string[]): Promise<ReloadReply | undefined> {
    this.#askedAt = performance.now()
    this.#reply = Promise.withResolvers()
    child.send({ plinth: 'reload', files } satisfies ReloadRequest)
    const reply = await this.#reply.promise
    this.#reply = undefined
    return reply
  }

  /** The old process has released the database's lock when the new one starts. */
  async #startAgain(because: string): Promise<void> {
    await this.#end('SIGTERM')
    if (!this.#stopping) this.#start(because)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#drift.cancel()
    this.#checker?.cancel()
    const child = this.#serving?.child
    if (child === undefined) return
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.kill(signal)
    await once(child, 'exit')
    clearTimeout(timer)
  }
}
