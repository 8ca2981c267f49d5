import { AsyncLocalStorage } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'

/** A timer or a process listener that a module started while it was evaluated. */
interface Leftover {
  readonly file: string
  /** Stops it. */
  readonly undo: () => void
}

type Evaluation = Set<Leftover>

/**
 * The timers and process listeners that the service's own files start at their top level.
 *
 * A module that is evaluated again would start them a second time, so those of the old version are stopped. Timers
 * that a timer of a module starts count as the module's, too.
 */
export class Leftovers {
  readonly #isOwn: (file: string) => boolean
  readonly #current = new AsyncLocalStorage<Evaluation>()
  readonly #evaluations: Evaluation[] = []

  /** @param isOwn - true for the files of the service */
  constructor(isOwn: (file: string) => boolean) {
    this.#isOwn = isOwn
    this.#watchTimers('setTimeout')
    this.#watchTimers('setInterval')
    for (const name of ['on', 'addListener', 'prependListener', 'once'] as const)
      this.#watchListeners(name)
  }

  /** Evaluates modules. If that fails, everything that they started is stopped. */
  async evaluate<T>(load: () => Promise<T>): Promise<T> {
    const evaluation: Evaluation = new Set()
    try {
      const loaded = await this.#current.run(evaluation, load)
      this.#evaluations.push(evaluation)
      return loaded
    } catch (error) {
      for (const { undo } of evaluation) undo()
      throw error
    }
  }

  /**
   * Stops what the last evaluation started, because it is not used.
   */
  revert(): void {
    for (const { undo } of this.#evaluations.pop() ?? []) undo()
  }

  /** Stops what the earlier versions of these files started. */
  stopEarlier(files: ReadonlySet<string>): void {
    for (const evaluation of this.#evaluations.slice(0, -1))
      for (const leftover of evaluation) {
        if (!files.has(leftover.file)) continue
        leftover.undo()
        evaluation.delete(leftover)
      }
  }

  #watchTimers(name: 'setTimeout' | 'setInterval'): void {
    const original = globalThis[name] as (
      run: (...args: unknown[]) => void,
      ...rest: unknown[]
    ) => NodeJS.Timeout
    const watched = (run: (...args: unknown[]) => void, ...rest: unknown[]): NodeJS.Timeout => {
      const evaluation = this.#current.getStore()
      const file = evaluation && this.#caller()
      if (evaluation === undefined || file === undefined) return original(run, ...rest)
      const ended = (...args: unknown[]): void => {
        if (name === 'setTimeout') evaluation.delete(leftover)
        run(...args)
      }
      const timer = original(typeof run === 'function' ? ended : run, ...rest)
      const leftover: Leftover = { file, undo: () => clearTimeout(timer) }
      evaluation.add(leftover)
      return timer
    }
    // util.promisify() finds its own form of a timer there.
    Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original))
    // The same signature: only the calls of modules that are being evaluated are changed.
    globalThis[name] = watched as unknown as typeof setTimeout & typeof setInterval
  }

  #watchListeners(name: 'on' | 'addListener' | 'prependListener' | 'once'): void {
    const original = process[name] as (event: string, listener: () => void) => NodeJS.Process
    const watched = (event: string, listener: () => void): NodeJS.Process => {
      const evaluation = this.#current.getStore()
      const file = evaluation && this.#caller()
      if (evaluation !== undefined && file !== undefined)
        evaluation.add({ file, undo: () => process.off(event, listener) })
      return original.call(process, event, listener)
    }
    Object.defineProperty(process, name, { value: watched, writable: true, configurable: true })
  }

  /** The file of the service that called, directly; undefined for a call by a package or by Plinth. */
  #caller(): string | undefined {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 3
    const stack = new Error('a timer or listener').stack ?? ''
    Error.stackTraceLimit = stackTraceLimit
    // This method, the replaced function, the caller.
    const location = /([^\s(]+?)(?:\?v=\d+)?:\d+:\d+\)?$/.exec(stack.split('\n')[3] ?? '')?.[1]
    if (location === undefined) return undefined
    const file = location.startsWith('file:') ? fileURLToPath(location) : location
    return this.#isOwn(file) ? file : undefined
  }
}
