import type { Logger } from './context.ts'

/** A request's log: each line carries its id. */
export class RequestLog implements Logger {
  readonly #base: Logger
  readonly #requestId: string

  constructor(base: Logger, requestId: string) {
    this.#base = base
    this.#requestId = requestId
  }

  debug(facts: object, message: string): void {
    this.#base.debug({ requestId: this.#requestId, ...facts }, message)
  }
  info(facts: object, message: string): void {
    this.#base.info({ requestId: this.#requestId, ...facts }, message)
  }
  warn(facts: object, message: string): void {
    this.#base.warn({ requestId: this.#requestId, ...facts }, message)
  }
  error(facts: object, message: string): void {
    this.#base.error({ requestId: this.#requestId, ...facts }, message)
  }
  child(facts: object): Logger {
    return this.#base.child({ requestId: this.#requestId, ...facts })
  }
}
