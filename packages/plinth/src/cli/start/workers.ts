import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultGrace } from '../../server/serve-options.ts'
import type { Logger } from '../../logging/logger.types.ts'
import type { ExitCode } from '../action.ts'
import { replies, workerMessages } from './worker-messages.ts'

/** Milliseconds before a worker that ended is replaced: doubled each time, up to the second. */
const [firstPause, longestPause] = [100, 10_000]
/** A worker that served this long, in milliseconds, was well. */
const well = 10_000
/** Milliseconds, beyond its grace period, after which a worker that should have ended is killed. */
const patience = 1500
/** Milliseconds in which this process comes to what waits for it. */
const turn = 20
// A terminal and npm each send the same Ctrl-C.
const samePress = 500

/**
 * Runs the command once more in each of several processes, which share its port, and replaces what dies.
 *
 * At the start one goes first: what is wrong with the setup is said once. As long as not all have served, one that
 * ends takes the others with it: the setup is wrong. Later one that ends is replaced, after a pause that grows while
 * new ones end early; when none is left and five in a row could not start, it gives up.
 */
export class Workers {
  readonly #count: number
  readonly #log: Logger
  readonly #servingSince = new Map<Worker, number>()
  /** Which workers have said a word. */
  readonly #said = new Map<string, Set<Worker>>()
  readonly #ended = Promise.withResolvers<ExitCode>()
  #started = 0
  #failures = 0
  #stoppingSince: number | undefined
  #exit: ExitCode = 0

  constructor(count: number, log: Logger) {
    this.#count = count
    this.#log = log
  }

  /** Until a signal, or until it gives up; gives the exit code. */
  async run(): Promise<ExitCode> {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => this.#onSignal(signal))
    cluster.on('message', (worker, message: unknown) => {
      if (message === workerMessages.ready) this.#onReady(worker)
      if (typeof message === 'string' && message in replies) void this.#onWord(message, worker)
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

  /** A word that every worker has said is answered. */
  async #onWord(word: string, worker: Worker): Promise<void> {
    const said = this.#said.get(word) ?? new Set()
    this.#said.set(word, said.add(worker))
    const serving = [...this.#servingSince.keys()]
    if (!serving.every((each) => said.has(each))) return
    // who is in the queue of this process' socket is dealt to a worker before the answer is
    await sleep(turn)
    for (const each of serving) if (each.isConnected()) each.send(replies[word] ?? '')
  }

  async #onExit(worker: Worker, how: number | string): Promise<void> {
    const since = this.#servingSince.get(worker)
    this.#servingSince.delete(worker)
    const { pid } = worker.process
    if (this.#stoppingSince !== undefined) {
      // one that did not serve yet had no request to lose
      if (how !== 0 && since !== undefined) this.#exit = 1
      if (this.#alive.length === 0) this.#ended.resolve(this.#exit)
      return
    }
    this.#log.error({ pid, how }, 'a worker ended')
    this.#failures =
      since !== undefined && performance.now() - since > well ? 0 : this.#failures + 1
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

  /** Every worker drains; one that does not end is killed. */
  #stop(): void {
    this.#stoppingSince = performance.now()
    if (this.#alive.length === 0) this.#ended.resolve(this.#exit)
    for (const worker of this.#alive) {
      worker.process.kill('SIGTERM')
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), defaultGrace + patience)
      void once(worker, 'exit').then(() => clearTimeout(timer))
    }
  }
}
