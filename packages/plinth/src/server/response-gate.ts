/** Holds back the end of every response while a server closes its listening socket. */
export class ResponseGate {
  #closed: PromiseWithResolvers<void> | undefined

  /** Resolves when responses may end; `undefined` if they need not wait. */
  get wait(): Promise<void> | undefined {
    return this.#closed?.promise
  }
  /** From now on, holds responses back. */
  close(): void {
    this.#closed ??= Promise.withResolvers()
  }
  /** Lets all responses end. */
  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }
}
