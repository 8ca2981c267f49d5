import type { Gathered } from '../../telemetry/metrics/prometheus-text.ts'
import { collectTimeout, type MetricsMessage } from './metrics-messages.ts'

/** A worker, as this file sees it. */
export interface MeasuredWorker {
  /** The lowest number that was free when it started: the one that takes its place has the same. */
  readonly slot: number
  readonly hasEnded: boolean
  /** When it began to serve; `undefined` before. */
  readonly servingSince: number | undefined
  send(message: MetricsMessage): void
}

interface Round {
  readonly askers: Set<MeasuredWorker>
  readonly waiting: Set<MeasuredWorker>
  readonly gathered: Gathered[]
  readonly timer: NodeJS.Timeout
}

/** Gathers the metrics of all workers in the primary process, for a worker that was asked for them. */
export class MetricsExchange {
  readonly #workers: () => Iterable<MeasuredWorker>
  #number = 0
  /** The round that is going on: whoever asks meanwhile gets its result, too. */
  #round: Round | undefined

  constructor(workers: () => Iterable<MeasuredWorker>) {
    this.#workers = workers
  }

  onMessage(worker: MeasuredWorker, message: MetricsMessage): void {
    if (message.plinth === 'metrics:ask') this.#ask(worker)
    else if (message.plinth === 'metrics:own' && message.round === this.#number) {
      const round = this.#round
      if (round?.waiting.delete(worker) !== true) return
      const labels = { worker: String(worker.slot) }
      round.gathered.push({ labels, metrics: message.metrics })
      if (round.waiting.size === 0) this.#end()
    }
  }

  #ask(asker: MeasuredWorker): void {
    if (this.#round !== undefined) return void this.#round.askers.add(asker)
    const serving = [...this.#workers()].filter(
      ({ servingSince, hasEnded }) => servingSince !== undefined && !hasEnded,
    )
    this.#number++
    this.#round = {
      askers: new Set([asker]),
      waiting: new Set(serving),
      gathered: [],
      timer: setTimeout(() => this.#end(), collectTimeout),
    }
    for (const worker of serving) worker.send({ plinth: 'metrics:collect', round: this.#number })
    if (serving.length === 0) this.#end()
  }

  #end(): void {
    const round = this.#round
    if (round === undefined) return
    this.#round = undefined
    clearTimeout(round.timer)
    const gathered = round.gathered.toSorted(
      (a, b) => Number(a.labels['worker']) - Number(b.labels['worker']),
    )
    for (const asker of round.askers) asker.send({ plinth: 'metrics:all', gathered })
  }
}
