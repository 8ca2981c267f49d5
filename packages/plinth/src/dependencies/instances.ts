import type { Exchange } from '../http/exchange.ts'
import type { AppScope } from './app-scope.ts'
import type { Scope } from './dependency.ts'
import type { Opened } from './generator.ts'
import type { Lifetime } from './produce.ts'

/** The dependency instances of one request: their values, and the generators that are still open. */
export class Instances implements Lifetime {
  readonly exchange: Exchange
  /** The instances of scope `app`. */
  readonly scope: AppScope
  /** Values by slot of the plan. */
  readonly values: unknown[]
  /** Closed before the response is sent. */
  readonly opened: Opened[] = []
  /** Closed after the last byte of the response. */
  readonly openedForResponse: Opened[] = []

  constructor(exchange: Exchange, scope: AppScope, places: readonly unknown[] = []) {
    this.exchange = exchange
    this.scope = scope
    this.values = [...places]
  }

  get ended(): Error | undefined {
    return this.exchange.ended
  }

  openedIn(scope: Scope): Opened[] {
    return scope === 'response' ? this.openedForResponse : this.opened
  }
}
