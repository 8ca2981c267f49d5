import type { Code } from '../../errors/error-codes.ts'
import type { HttpError } from '../../errors/http-error.ts'
import { describeError, type DescribedError } from '../../logging/describe-error.ts'

/** Milliseconds without the same refusal after which an outage is over. */
const pause = 60_000

/** The refusals of a database that cannot work now. A slow statement belongs to its route, an outage to all of them. */
const refusals: ReadonlyMap<string, 'app' | 'route'> = new Map<Code, 'app' | 'route'>([
  ['PLINTH_DATABASE_UNAVAILABLE', 'app'],
  ['PLINTH_DATABASE_FULL', 'app'],
  ['PLINTH_DATABASE_BUSY', 'route'],
])

/** A refusal, for its line in the log. */
interface Refusal {
  readonly known: HttpError
  /** The error that the line describes. */
  readonly logged: unknown
  readonly operationId: string | undefined
}

/**
 * Leaves the stack out of the log lines of requests that a database refuses, except for the first one of an outage.
 *
 * An outage lasts until there was no refusal for the same reason for a minute.
 */
export class RefusalStacks {
  readonly #now: () => number
  readonly #lastAt = new Map<string, number>()

  /** @param now - milliseconds; default `performance.now()` */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The `err` of a log line: the error itself, or its parts without the stack. */
  errorFor({ known, logged, operationId }: Refusal): unknown {
    const owner = refusals.get(known.code)
    if (owner === undefined) return logged
    const reason = (logged as { readonly code?: unknown } | null)?.code
    const key = [known.code, reason, owner === 'route' ? operationId : ''].join(' ')
    const now = this.#now()
    const isFirst = now - (this.#lastAt.get(key) ?? -Infinity) > pause
    this.#lastAt.set(key, now)
    return isFirst ? logged : withoutStack(describeError(logged))
  }
}

function withoutStack(described: unknown): unknown {
  if (typeof described !== 'object' || described === null) return described
  const { stack: _, cause, errors, ...kept } = described as DescribedError
  return {
    ...kept,
    ...(cause !== undefined && { cause: withoutStack(cause) }),
    ...(errors !== undefined && { errors: errors.map(withoutStack) }),
  }
}
