/** A structured log: an object of facts, then a sentence. */
export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  /** A logger that adds these facts to each of its lines. */
  child(facts: object): Logger
}
