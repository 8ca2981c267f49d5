import type { Logger } from '../../logging/logger.types.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** Options of {@link RollingRestart}: its access to the workers. */
export interface RestartOptions {
  readonly log: Logger
  /** The workers that have not been replaced. */
  readonly current: () => WorkerHandle[]
  readonly fork: () => WorkerHandle
  /** True once all workers stop. */
  readonly isStopping: () => boolean
}

/** Milliseconds within which a new worker has to serve. */
const startTimeout = 60_000

/**
 * A rolling restart: replaces one worker after the other, each once a new one serves in its place.
 *
 * Since the new one accepts connections before the old one stops, no request is lost. If a new one cannot start, the
 * old ones stay.
 */
export class RollingRestart {
  readonly #options: RestartOptions
  #isRunning = false
  #isWanted = false

  constructor(options: RestartOptions) {
    this.#options = options
  }

  /** Replaces all workers. If that is already going on, replaces them once more afterwards. */
  async run(): Promise<void> {
    this.#isWanted = true
    if (this.#isRunning) return
    this.#isRunning = true
    while (this.#isWanted && !this.#options.isStopping()) {
      this.#isWanted = false
      await this.#replaceAll()
    }
    this.#isRunning = false
  }

  async #replaceAll(): Promise<void> {
    const { log, isStopping } = this.#options
    const old = this.#options.current()
    log.info({ workers: old.length }, 'restarting')
    for (const each of old) {
      // A worker that died in the meantime is replaced anyway.
      if (each.hasEnded) continue
      const isUp = await this.#startAnother()
      if (isStopping()) return
      if (!isUp) {
        const facts = { workers: this.#options.current().length }
        log.error(facts, 'a new worker cannot start: the restart ends, and the old ones serve on')
        return
      }
      if (each.hasEnded) continue
      each.replace()
      await each.ended
      if (isStopping()) return
      log.info({ pid: each.pid }, 'replaced')
    }
    log.info({ workers: this.#options.current().length }, 'restarted')
  }

  async #startAnother(): Promise<boolean> {
    const fresh = this.#options.fork()
    const timer = setTimeout(() => fresh.kill(), startTimeout)
    const isUp = await fresh.started
    clearTimeout(timer)
    return isUp
  }
}
