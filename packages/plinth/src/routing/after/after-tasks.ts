import { setTimeout as delay } from 'node:timers/promises'
import { takePendingWrites } from '../../database/pending-writes.ts'
import { calmTurn } from '../../http/after/calm-turn.ts'
import {
  currentRequest,
  runIsolated,
  type AfterQueue,
  type AfterTask,
  type RequestState,
} from '../../http/request-scope.ts'
import type { Span } from '../../telemetry/span.types.ts'
import { startChild } from '../../telemetry/tracing.ts'
import { errorTypeOf } from '../../telemetry/error-type.ts'
import { afterTask } from '../../telemetry/step-spans.ts'
import type { Logger } from '../../logging/logger.types.ts'
import { errorReport, type ErrorOrigin } from '../../errors/error-report.ts'
import type { ErrorHook } from '../../logging/error-hook.ts'
import { quietly } from '../../logging/quietly.ts'

interface Waiting {
  readonly task: AfterTask
  readonly requestId: string | undefined
  readonly origin: ErrorOrigin | undefined
  /** The span of the request, which the span of the task is below. */
  readonly span: Span | undefined
}

/** The largest number of tasks that run at the same time, and that wait. */
const mostRunning = 100
const mostWaiting = 10_000

/** The tasks of `after()` of an app: run in order after their responses, many at the same time. */
export class AfterTasks implements AfterQueue {
  readonly #log: Logger
  readonly #errors: ErrorHook | undefined
  #waiting: Waiting[] = []
  readonly #running = new Set<Promise<void>>()
  #pumping: Promise<void> | undefined
  #isDraining = false

  constructor(log: Logger, errors?: ErrorHook) {
    this.#log = log
    this.#errors = errors
  }

  get isFull(): boolean {
    return this.#waiting.length >= mostWaiting
  }

  /**
   * Takes the tasks of a request whose response is on its way, and accepts no more of them.
   *
   * @param origin - the request, for the report of a task that fails
   */
  take(request: RequestState | undefined, origin?: ErrorOrigin): void {
    if (request === undefined) return
    const { afterTasks, requestId, span } = request
    request.afterQueue = request.afterTasks = undefined
    if (afterTasks === undefined) return
    for (const task of afterTasks) this.#waiting.push({ task, requestId, origin, span })
    this.#pumping ??= this.#pump()
  }

  /** Resolves when no task runs or waits. */
  async idle(): Promise<void> {
    while (this.#pumping !== undefined || this.#running.size > 0) {
      await this.#pumping
      await Promise.all(this.#running)
    }
  }

  /**
   * Waits for all tasks at shutdown, for some time.
   *
   * @param timeout - milliseconds
   */
  async drain(timeout = 5000): Promise<void> {
    if (this.#pumping === undefined && this.#running.size === 0) return
    this.#isDraining = true
    const timer = new AbortController()
    const late = delay(timeout, true, { signal: timer.signal }).catch(() => false)
    const isLate = await Promise.race([this.idle().then(() => false), late])
    timer.abort()
    this.#isDraining = false
    if (!isLate) return
    const tasks = this.#running.size + this.#waiting.length
    this.#waiting = []
    quietly(() =>
      this.#log.warn({ tasks }, 'work after responses was cut off: it did not finish in time'),
    )
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The response goes first, and under overload other requests do, too.
      if (!this.#isDraining) await calmTurn()
      for (const each of this.#waiting.splice(0, mostRunning - this.#running.size))
        this.#start(each)
      if (this.#running.size >= mostRunning) await Promise.race(this.#running)
    }
    this.#pumping = undefined
  }

  #start(waiting: Waiting): void {
    const running = this.#run(waiting)
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }

  #run(waiting: Waiting): Promise<void> {
    const { span } = waiting
    if (span === undefined) return this.#runTask(waiting)
    return span.run(() => {
      const own = startChild(afterTask)
      return own === undefined ? this.#runTask(waiting) : own.run(() => this.#runTask(waiting, own))
    })
  }

  async #runTask({ task, requestId, origin, span }: Waiting, own?: Span): Promise<void> {
    try {
      const run = async (): Promise<void> => {
        const state = currentRequest()
        if (state !== undefined) state.afterQueue = this
        await task()
        const lost = takePendingWrites(state)
        if (lost !== undefined) throw lost
        this.take(state, origin)
      }
      await runIsolated(run, requestId, own ?? span)
      own?.end()
    } catch (err) {
      own?.end(errorTypeOf(err))
      quietly(() =>
        this.#log.error({ ...(requestId && { requestId }), err }, 'work after the response failed'),
      )
      this.#errors?.report(errorReport(err, { source: 'after', request: origin }))
    }
  }
}
