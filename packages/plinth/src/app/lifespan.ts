import { PlinthError } from '../errors/plinth-error.ts'

/** An app's start and stop, as one generator: each half runs once. */
export class Lifespan {
  readonly #make: (() => AsyncGenerator) | undefined
  #running: AsyncGenerator | undefined

  constructor(make: (() => AsyncGenerator) | undefined) {
    this.#make = make
  }

  async start(): Promise<void> {
    if (this.#make === undefined || this.#running !== undefined) return
    this.#running = this.#make()
    const first = await this.#running.next()
    if (first.done === true)
      throw new PlinthError(
        'PLINTH_DEPENDENCY_INVALID',
        'the lifespan ended without a yield: yield once, where the app serves',
      )
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.next()
  }
}
