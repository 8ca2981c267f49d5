import cluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { shutdownSignals } from '../../server/shutdown-signals.ts'
import type { Logger } from '../../logging/logger.types.ts'
import type { ExitCode } from '../action.ts'
import { MetricsExchange } from './metrics-exchange.ts'
import { RollingRestart } from './rolling-restart.ts'
import { WorkerHandle } from './worker-handle.ts'
import { heartbeat, replies } from './worker-messages.ts'

/** Options of {@link Workers}. */
export interface WorkersOptions {
  /** The number of workers. */
  readonly count: number
  /** Milliseconds without a heartbeat after which a worker is killed. */
  readonly timeout: number
  readonly log: Logger
}

/** Exponential backoff before a worker is replaced: the first and the longest pause, in milliseconds. */
const [firstPause, longestPause] = [100, 10_000]
/** The longest pause while no worker serves. */
const longestOutage = 1000
/** A worker that served this long, in milliseconds, counts as healthy. */
const healthyAfter = 10_000
/** Milliseconds within which signals count as one: a terminal and npm each send the same Ctrl-C. */
const samePress = 500

/**
 * Runs the command in several worker processes that share a port, and replaces a worker that dies.
 *
 * All workers accept from one listening socket, so a connection goes to a worker that is free, and none belongs to a
 * worker that is dead.
 *
 * One worker starts first, so that a setup error is reported once. Until all workers have served, the exit of one stops
 * the others: the setup is wrong. After that, a worker that dies is replaced, with exponential backoff while new ones
 * die early. When no worker is left and five in a row could not start, it gives up. A worker that sends no heartbeat is
 * killed, and replaced in the same way. SIGHUP starts a {@link RollingRestart}.
 */
export class Workers {
  readonly #options: WorkersOptions
  readonly #log: Logger
  readonly #workers = new Set<WorkerHandle>()
  readonly #ended = Promise.withResolvers<ExitCode>()
  readonly #restart: RollingRestart
  readonly #metrics = new MetricsExchange(() => this.#workers)
  readonly #hadTerminal = isatty(0)
  #started = 0
  #failures = 0
  #stoppingSince: number | undefined
  #exit: ExitCode = 0

  constructor(options: WorkersOptions) {
    this.#options = options
    this.#log = options.log
    this.#restart = new RollingRestart({
      log: options.log,
      current: () => this.#current,
      fork: () => this.#fork({ isExtra: true }),
      isStopping: () => this.#isStopping,
    })
  }

  /** Runs until a signal or until it gives up, and returns the exit code. */
  async run(): Promise<ExitCode> {
    // The default, round robin, keeps connections in this process that it has dealt to a worker which then died.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ stdio: ['inherit', 'pipe', 'inherit', 'ipc'] })
    for (const signal of shutdownSignals) process.on(signal, () => this.#onSignal(signal))
    const timer = setInterval(() => this.#checkHeartbeats(), heartbeat)
    this.#fork()
    const code = await this.#ended.promise
    clearInterval(timer)
    return code
  }

  get #isStopping(): boolean {
    return this.#stoppingSince !== undefined
  }

  get #current(): WorkerHandle[] {
    return [...this.#workers].filter(({ isReplaced }) => !isReplaced)
  }

  /**
   * Starts a worker.
   *
   * @param isExtra - it takes the place of one that still serves: if it cannot start, nothing is lost
   */
  #fork({ isExtra = false } = {}): WorkerHandle {
    const worker = new WorkerHandle(
      {
        onReady: () => this.#onReady(),
        onMessage: () => this.#reply(worker),
        onMetrics: (message) => this.#metrics.onMessage(worker, message),
        onEnd: (how) => void this.#onEnd(worker, { how, isExtra }),
        onLate: () =>
          this.#log.error({ pid: worker.pid }, 'a worker did not stop in time: killing it'),
      },
      this.#freeSlot(),
    )
    this.#workers.add(worker)
    return worker
  }

  #freeSlot(): number {
    const taken = new Set([...this.#workers].map(({ slot }) => slot))
    let slot = 1
    while (taken.has(slot)) slot++
    return slot
  }

  /** Starts the workers that are missing. */
  #fill(): void {
    while (!this.#isStopping && this.#current.length < this.#options.count) this.#fork()
  }

  #onReady(): void {
    this.#started += 1
    this.#fill()
  }

  /** Replies once every worker that stops has sent the same message; at once to one that stops by itself. */
  #reply(worker: WorkerHandle): void {
    const group = this.#isStopping
      ? this.#current.filter(({ servingSince }) => servingSince !== undefined)
      : [worker]
    for (const [message, reply] of Object.entries(replies))
      if (group.every(({ sent }) => sent.has(message))) for (const each of group) each.send(reply)
  }

  async #onEnd(
    worker: WorkerHandle,
    { how, isExtra }: { readonly how: number | string; readonly isExtra: boolean },
  ): Promise<void> {
    this.#workers.delete(worker)
    const { pid, servingSince: since, isReplaced } = worker
    if (this.#isStopping) {
      // a worker that did not serve yet had no request to lose
      if (how !== 0 && since !== undefined && !isReplaced) this.#exit = 1
      return this.#endIfEmpty()
    }
    if (isReplaced) return this.#fill()
    this.#log.error({ pid, how }, 'a worker ended')
    const isHealthy = since !== undefined && performance.now() - since > healthyAfter
    if (isHealthy) this.#failures = 0
    else if (!isExtra) this.#failures += 1
    if (since === undefined && this.#isHopeless(isExtra)) return this.#giveUp()
    const longest = this.#isServed ? longestPause : longestOutage
    await sleep(Math.min(longest, firstPause * 2 ** Math.max(0, this.#failures - 1)))
    this.#fill()
  }

  get #isServed(): boolean {
    return this.#current.some(({ servingSince }) => servingSince !== undefined)
  }

  #isHopeless(isExtra: boolean): boolean {
    const isSetupWrong = !isExtra && this.#started < this.#options.count
    return isSetupWrong || (this.#failures >= 5 && !this.#isServed)
  }

  #endIfEmpty(): void {
    if (this.#workers.size === 0) this.#ended.resolve(this.#exit)
  }

  #giveUp(): void {
    this.#exit = 1
    this.#log.error({}, 'a worker cannot start: giving up')
    this.#stop()
  }

  #checkHeartbeats(): void {
    for (const worker of this.#workers) {
      const silence = worker.missBeat() * heartbeat
      if (silence < this.#options.timeout) continue
      this.#log.error({ pid: worker.pid, silence }, 'a worker does not respond: killing it')
      worker.kill()
    }
  }

  #onSignal(signal: NodeJS.Signals): void {
    if (signal === 'SIGHUP' && !this.#isHangup()) {
      if (!this.#isStopping) void this.#restart.run()
      return
    }
    if (this.#stoppingSince === undefined) {
      this.#log.info({ signal, workers: this.#workers.size }, 'stopping')
      return this.#stop()
    }
    if (performance.now() - this.#stoppingSince < samePress) return
    for (const worker of this.#workers) worker.kill()
  }

  /** The terminal was closed, which sends SIGHUP, too: a service without its terminal ends, as any command does. */
  #isHangup(): boolean {
    return this.#hadTerminal && !isatty(0)
  }

  /** Starts a graceful shutdown of every worker. A worker that does not stop is killed. */
  #stop(): void {
    this.#stoppingSince = performance.now()
    for (const worker of this.#workers) worker.stop()
    this.#endIfEmpty()
  }
}
