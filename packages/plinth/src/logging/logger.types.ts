/** A structured log. Each entry is an object of facts and a message. */
export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  /** Creates a logger that adds these facts to each of its lines. */
  child(facts: object): Logger
}
