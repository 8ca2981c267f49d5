import { PlinthError } from '../errors/plinth-error.ts'
import type { Logger } from '../logging/logger.types.ts'
import type { DependencyDefinition, Injectable } from './dependency.ts'
import type { Opened } from './generator.ts'
import { close, isPromise } from './generator.ts'
import { produce, type Lifetime } from './produce.ts'

const noRequest = (): never => {
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    "a dependency of scope 'app' is created once and has no request: give it scope 'request' to read one",
  )
}

/** The context of factories of scope `app`: the log, and a signal that aborts at shutdown. */
class AppContext {
  [dependency: string]: unknown
  readonly log: Logger
  readonly signal: AbortSignal
  constructor(log: Logger, signal: AbortSignal) {
    this.log = log
    this.signal = signal
  }
  get request(): never {
    return noRequest()
  }
  get requestId(): never {
    return noRequest()
  }
  get reply(): never {
    return noRequest()
  }
}

/** The dependencies of scope `app`: each is created once, on first use, and closed at shutdown in reverse order. */
export class AppScope implements Lifetime {
  /** It never ends while a value is being created: {@link close} waits. */
  readonly ended = undefined
  readonly #values = new Map<DependencyDefinition, unknown>()
  readonly #opened: Opened[] = []
  readonly #abort = new AbortController()
  readonly #log: Logger
  readonly #overrides: ReadonlyMap<Injectable, Injectable>

  constructor(log: Logger, overrides: ReadonlyMap<Injectable, Injectable>) {
    this.#log = log
    this.#overrides = overrides
  }

  /** Returns the value, or a promise while it is being created. A factory that failed is tried again on the next use. */
  get(definition: DependencyDefinition): unknown {
    if (this.#values.has(definition)) return this.#values.get(definition)
    const made = this.#make(definition)
    this.#values.set(definition, made)
    if (isPromise(made))
      made.then(
        (value) => this.#values.set(definition, value),
        () => this.#values.delete(definition),
      )
    return made
  }

  #make(definition: DependencyDefinition): unknown {
    const given = new AppContext(this.#log, this.#abort.signal)
    const waiting: PromiseLike<void>[] = []
    for (const [key, need] of Object.entries(definition.needs)) {
      const value = this.get((this.#overrides.get(need) ?? need) as DependencyDefinition)
      if (isPromise(value)) waiting.push(value.then((ready) => void (given[key] = ready)))
      else given[key] = value
    }
    const call = (): unknown => produce(definition, given, this)
    return waiting.length === 0 ? call() : Promise.all(waiting).then(call)
  }

  openedIn(): Opened[] {
    return this.#opened
  }

  /** Closes all dependencies, the last one first. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled(this.#values.values())
    this.#values.clear()
    const outcome = await close(this.#opened, { failed: false }, (error, name) =>
      this.#log.error(
        { err: error, dependency: name },
        'a dependency of the app could not be closed',
      ),
    )
    if (outcome.failed) throw outcome.error
  }
}
