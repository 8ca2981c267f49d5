import cluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { standardOutput } from '../../logging/standard-output.ts'
import { defaultGrace } from '../../server/serve-options.ts'
import { forwardLines } from './forward-lines.ts'
import { isMetricsMessage, type MetricsMessage } from './metrics-messages.ts'
import { workerMessages } from './worker-messages.ts'

/** Milliseconds after its grace period when a worker that did not stop is killed. */
const killAfter = 1500
/** Milliseconds to wait for the last log lines of a worker that has ended: a process that it started may hold its output. */
const lastLines = 200

/** Callbacks of a {@link WorkerHandle}. */
export interface WorkerEvents {
  /** It serves. */
  onReady(): void
  /** It sent a message, other than that it serves and heartbeats. */
  onMessage(message: string): void
  /** It asked for metrics, or sent its own. */
  onMetrics(message: MetricsMessage): void
  /** It ended, with this exit code or signal. */
  onEnd(how: number | string): void
  /** It did not stop within its grace period, and is killed. */
  onLate(): void
}

/**
 * A worker process, as the primary process sees it.
 *
 * Its standard output is a pipe of its own, from which this process writes whole lines.
 */
export class WorkerHandle {
  /** True once a signal or a new worker has told it to stop. */
  isStopping = false
  /** True once a new worker serves in its place. */
  isReplaced = false
  hasEnded = false
  /** When it began to serve, in `performance.now()`; undefined before. */
  servingSince: number | undefined
  /** The messages that it has sent. */
  readonly sent = new Set<string>()
  /** Resolves with true when it serves, or with false if it ends before. */
  readonly started: Promise<boolean>
  readonly ended: Promise<void>
  readonly #events: WorkerEvents
  readonly #worker = cluster.fork()
  /** The lowest number that was free when it started. */
  readonly slot: number
  #missedBeats = 0

  constructor(events: WorkerEvents, slot: number) {
    this.#events = events
    this.slot = slot
    const started = Promise.withResolvers<boolean>()
    this.started = started.promise
    this.#worker.on('message', (message: unknown) => {
      this.#missedBeats = 0
      if (message === workerMessages.ready) {
        this.servingSince = performance.now()
        events.onReady()
        started.resolve(true)
      } else if (typeof message === 'string' && message !== workerMessages.alive) {
        this.sent.add(message)
        events.onMessage(message)
      } else if (isMetricsMessage(message)) events.onMetrics(message)
    })
    this.ended = this.#end().then((how) => {
      this.hasEnded = true
      events.onEnd(how)
      started.resolve(false)
    })
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Waits for its exit, and for its last log lines. */
  async #end(): Promise<number | string> {
    const { stdout } = this.#worker.process
    if (stdout) forwardLines(stdout, standardOutput())
    const closed = new Promise<void>((resolve) => void stdout?.once('close', resolve))
    const how = await new Promise<number | string>((resolve) => {
      this.#worker.on('exit', (code, signal) => resolve(signal ?? code))
      // The other errors are messages to a worker that has just ended.
      this.#worker.on('error', (error) => {
        if (this.pid === undefined) resolve(error.message)
      })
    })
    await Promise.race([closed, sleep(lastLines)])
    return how
  }

  send(message: string | MetricsMessage): void {
    if (this.#worker.isConnected()) this.#worker.send(message)
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  /** Starts a graceful shutdown, together with the other workers. */
  stop(): void {
    if (this.isStopping) return
    this.#worker.process.kill('SIGTERM')
    this.#killLater()
  }

  /** Starts a graceful shutdown of this worker alone: a new one serves in its place. */
  replace(): void {
    this.isReplaced = true
    this.send(workerMessages.replaced)
    this.#killLater()
  }

  #killLater(): void {
    this.isStopping = true
    const timer = setTimeout(() => {
      this.#events.onLate()
      this.kill()
    }, defaultGrace + killAfter)
    void this.ended.then(() => clearTimeout(timer))
  }

  /**
   * Counts a heartbeat as missed, until the next message.
   *
   * It counts turns of this process, not time: after a pause of the whole machine, no worker has missed more than one.
   *
   * @returns the number of heartbeats that are missing
   */
  missBeat(): number {
    if (this.servingSince === undefined || this.isStopping) return 0
    this.#missedBeats += 1
    return this.#missedBeats
  }
}
