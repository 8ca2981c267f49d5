import type { Logger } from './context.ts'

/** A request's log: the line that adds its id is made with the first line that is written, and most write none. */
export class RequestLog implements Logger {
  readonly #base: Logger
  readonly #requestId: string
  #own: Logger | undefined

  constructor(base: Logger, requestId: string) {
    this.#base = base
    this.#requestId = requestId
  }

  get #log(): Logger {
    return (this.#own ??= this.#base.child({ requestId: this.#requestId }))
  }
  debug(facts: object, message: string): void {
    this.#log.debug(facts, message)
  }
  info(facts: object, message: string): void {
    this.#log.info(facts, message)
  }
  warn(facts: object, message: string): void {
    this.#log.warn(facts, message)
  }
  error(facts: object, message: string): void {
    this.#log.error(facts, message)
  }
  child(facts: object): Logger {
    return this.#log.child(facts)
  }
}
