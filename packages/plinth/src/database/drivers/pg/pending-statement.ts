import type { Text } from '../../../http/raw-text.ts'
import type { Waiter } from '../connection-queue.ts'
import type { QueryResult, Statement } from '../driver.ts'

type Outcome = QueryResult | Text | undefined

/** The promise of a statement's caller. */
interface Caller {
  resolve(outcome: Outcome | PromiseLike<Outcome>): void
  reject(error: unknown): void
}

/** A statement on its way to the server: in the queue, or sent, its response outstanding. */
export class PendingStatement implements Waiter {
  readonly statement: Statement
  /** True if its caller wants one text, and not rows. */
  readonly isText: boolean
  /** True if it must have a connection to itself. */
  isAlone = true
  /** True if it was sent while the response to the one before it was outstanding. */
  isBehind = false
  /** True if {@link copy} was called. */
  isCopied = false
  /** Called when it is first in the queue and a connection came free. */
  onGranted: (pending: PendingStatement) => void = () => {}
  readonly #caller: Caller
  #original: PendingStatement | undefined
  #isSettled = false
  #isMoved = false

  constructor(statement: Statement, isText: boolean, caller: Caller) {
    this.statement = statement
    this.isText = isText
    this.#caller = caller
  }

  /** True if its caller has a result, from here or from a copy. */
  get isSettled(): boolean {
    return this.#isSettled || this.#original?.isSettled === true
  }

  /**
   * Makes a copy, for a statement that only reads and gets no response: the first result of the two is the caller's.
   *
   * @param moves - true if only the copy may fail, because this one waits behind a statement of another caller
   */
  copy(moves: boolean): PendingStatement {
    const copy = new PendingStatement(this.statement, this.isText, {
      resolve: (outcome) => this.succeed(outcome),
      reject: (error) => {
        if (this.#isMoved) this.#reject(error)
      },
    })
    copy.onGranted = this.onGranted
    copy.#original = this
    this.isCopied = true
    this.#isMoved = moves
    return copy
  }

  succeed(outcome: Outcome | PromiseLike<Outcome>): void {
    this.#isSettled = true
    this.#caller.resolve(outcome)
  }

  fail(error: unknown): void {
    if (!this.#isMoved) this.#reject(error)
  }

  /** The caller is another statement, or a transaction, whose connection came free. */
  granted(): void {
    const { trace } = this.statement
    if (trace === undefined) this.onGranted(this)
    else trace.within(() => this.onGranted(this))
  }

  expired(error: unknown): void {
    this.fail(error)
  }

  #reject(error: unknown): void {
    this.#isSettled = true
    this.#caller.reject(error)
  }
}
