/** Where the ends of answers wait while a server closes its listening socket. */
export class ResponseGate {
  #closed: PromiseWithResolvers<void> | undefined

  /** Kept when the answers may go; `undefined` when they need not wait. */
  get wait(): Promise<void> | undefined {
    return this.#closed?.promise
  }
  /** From now on answers are kept back. */
  close(): void {
    this.#closed ??= Promise.withResolvers()
  }
  /** Lets all of them go. */
  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }
}
