import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultGrace } from '../../server/serve-options.ts'
import { shutdownSignals } from '../../server/shutdown-signals.ts'
import type { Logger } from '../../logging/logger.types.ts'
import type { ExitCode } from '../action.ts'
import { replies, workerMessages } from './worker-messages.ts'

/** Exponential backoff before a worker is replaced: the first and the longest pause, in milliseconds. */
const [firstPause, longestPause] = [100, 10_000]
/** A worker that served this long, in milliseconds, counts as healthy. */
const healthyAfter = 10_000
/** Milliseconds after its grace period when a worker that did not stop is killed. */
const killAfter = 1500
/** Milliseconds in which this process hands queued connections to its workers. */
const queueDelay = 20
/** Milliseconds within which signals count as one: a terminal and npm each send the same Ctrl-C. */
const samePress = 500

/**
 * Runs the command in several worker processes that share a port, and replaces a worker that dies.
 *
 * One worker starts first, so that a setup error is reported once. Until all workers have served, the exit of one stops
 * the others: the setup is wrong. After that, a worker that dies is replaced, with exponential backoff while new ones
 * die early. When no worker is left and five in a row could not start, it gives up.
 */
export class Workers {
  readonly #count: number
  readonly #log: Logger
  readonly #servingSince = new Map<Worker, number>()
  /** The workers that have sent each message. */
  readonly #sentBy = new Map<string, Set<Worker>>()
  readonly #ended = Promise.withResolvers<ExitCode>()
  #started = 0
  #failures = 0
  #stoppingSince: number | undefined
  #exit: ExitCode = 0

  constructor(count: number, log: Logger) {
    this.#count = count
    this.#log = log
  }

  /** Runs until a signal or until it gives up, and returns the exit code. */
  async run(): Promise<ExitCode> {
    for (const signal of shutdownSignals) process.on(signal, () => this.#onSignal(signal))
    cluster.on('message', (worker, message: unknown) => {
      if (message === workerMessages.ready) this.#onReady(worker)
      if (typeof message === 'string' && message in replies) void this.#onMessage(message, worker)
    })
    cluster.on('exit', (worker, code, signal) => void this.#onExit(worker, signal ?? code))
    cluster.fork()
    return await this.#ended.promise
  }

  get #alive(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  }

  #onReady(worker: Worker): void {
    this.#servingSince.set(worker, performance.now())
    this.#started += 1
    if (this.#started === 1 && this.#stoppingSince === undefined)
      for (let more = 1; more < this.#count; more += 1) cluster.fork()
  }

  /** Replies once every serving worker has sent the message. */
  async #onMessage(message: string, worker: Worker): Promise<void> {
    const senders = this.#sentBy.get(message) ?? new Set()
    this.#sentBy.set(message, senders.add(worker))
    const serving = [...this.#servingSince.keys()]
    if (!serving.every((each) => senders.has(each))) return
    // Connections in this process's queue reach a worker before the reply does.
    await sleep(queueDelay)
    for (const each of serving) if (each.isConnected()) each.send(replies[message] ?? '')
  }

  async #onExit(worker: Worker, how: number | string): Promise<void> {
    const since = this.#servingSince.get(worker)
    this.#servingSince.delete(worker)
    const { pid } = worker.process
    if (this.#stoppingSince !== undefined) {
      // a worker that did not serve yet had no request to lose
      if (how !== 0 && since !== undefined) this.#exit = 1
      if (this.#alive.length === 0) this.#ended.resolve(this.#exit)
      return
    }
    this.#log.error({ pid, how }, 'a worker ended')
    this.#failures =
      since !== undefined && performance.now() - since > healthyAfter ? 0 : this.#failures + 1
    const isHopeless =
      since === undefined &&
      (this.#started < this.#count || (this.#failures >= 5 && this.#servingSince.size === 0))
    if (isHopeless) return this.#giveUp()
    await sleep(Math.min(longestPause, firstPause * 2 ** Math.max(0, this.#failures - 1)))
    if (this.#stoppingSince === undefined) cluster.fork()
    else if (this.#alive.length === 0) this.#ended.resolve(this.#exit)
  }

  #giveUp(): void {
    this.#exit = 1
    this.#log.error({}, 'a worker cannot start: giving up')
    this.#stop()
  }

  #onSignal(signal: NodeJS.Signals): void {
    if (this.#stoppingSince === undefined) {
      this.#log.info({ signal, workers: this.#alive.length }, 'stopping')
      return this.#stop()
    }
    if (performance.now() - this.#stoppingSince < samePress) return
    for (const worker of this.#alive) worker.process.kill('SIGKILL')
  }

  /** Starts a graceful shutdown of every worker. A worker that does not stop is killed. */
  #stop(): void {
    this.#stoppingSince = performance.now()
    if (this.#alive.length === 0) this.#ended.resolve(this.#exit)
    for (const worker of this.#alive) {
      worker.process.kill('SIGTERM')
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), defaultGrace + killAfter)
      void once(worker, 'exit').then(() => clearTimeout(timer))
    }
  }
}
