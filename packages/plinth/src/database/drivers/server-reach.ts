import { processWarning } from '../../logging/startup-warnings.ts'

/** Milliseconds after which the log has a line about a server that is away: requests do not notice a short restart. */
const patience = 1000

/** Tracks whether a database server can be reached, by the attempts to connect, for the log and for metrics. */
export class ServerReach {
  readonly #name: string
  #reachedAt = -Infinity
  #lostAt: number | undefined
  #isTold = false
  #awayBefore = 0

  /** @param name - the server without user and password, for the log */
  constructor(name: string) {
    this.#name = name
  }

  /** True if attempts fail since the last one that succeeded. */
  get isAway(): boolean {
    return this.#lostAt !== undefined
  }

  /** Milliseconds for which it was away so far. */
  get away(): number {
    return this.#awayBefore + this.#lasting(performance.now())
  }

  /**
   * An attempt failed.
   *
   * @param startedAt - an attempt that began before the last success says nothing
   */
  failed(error: unknown, startedAt: number): void {
    if (startedAt < this.#reachedAt) return
    this.#lostAt ??= startedAt
    const lasting = this.#lasting(performance.now())
    // A server that was never there is the error of the first one who needs it, such as a start.
    if (this.#isTold || lasting < patience || this.#reachedAt === -Infinity) return
    this.#isTold = true
    processWarning(
      `The database ${this.#name} has been away for ${seconds(lasting)} (${reasonOf(error)}): requests that need it wait, or get a 503`,
    )
  }

  /** An attempt succeeded. */
  succeeded(): void {
    this.#reachedAt = performance.now()
    if (this.#lostAt === undefined) return
    const lasting = this.#lasting(this.#reachedAt)
    this.#awayBefore += lasting
    this.#lostAt = undefined
    if (this.#isTold) processWarning(`The database ${this.#name} is back after ${seconds(lasting)}`)
    this.#isTold = false
  }

  #lasting(now: number): number {
    return this.#lostAt === undefined ? 0 : now - this.#lostAt
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  return code ?? message ?? 'unknown'
}

// One for each server, whatever the number of pools: a service has few servers.
const servers = new Map<string, ServerReach>()

/** The reach of a server, which all pools to it share. */
export function reachOf(name: string): ServerReach {
  let reach = servers.get(name)
  if (reach === undefined) servers.set(name, (reach = new ServerReach(name)))
  return reach
}
