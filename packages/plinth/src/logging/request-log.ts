import type { Logger } from './logger.types.ts'
import { quietly } from './quietly.ts'

/** The log of one request: adds the request id to each line, and ignores errors of the log. */
export class RequestLog implements Logger {
  readonly #base: Logger
  readonly #requestId: string

  constructor(base: Logger, requestId: string) {
    this.#base = base
    this.#requestId = requestId
  }

  debug(facts: object, message: string): void {
    quietly(() => this.#base.debug({ requestId: this.#requestId, ...facts }, message))
  }
  info(facts: object, message: string): void {
    quietly(() => this.#base.info({ requestId: this.#requestId, ...facts }, message))
  }
  warn(facts: object, message: string): void {
    quietly(() => this.#base.warn({ requestId: this.#requestId, ...facts }, message))
  }
  error(facts: object, message: string): void {
    quietly(() => this.#base.error({ requestId: this.#requestId, ...facts }, message))
  }
  child(facts: object): Logger {
    return this.#base.child({ requestId: this.#requestId, ...facts })
  }
}
