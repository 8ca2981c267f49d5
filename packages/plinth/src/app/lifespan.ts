import { PlinthError } from '../errors/plinth-error.ts'

/** The startup and shutdown code of an app, as one generator. Each half runs once. */
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
        'the lifespan ended without a yield: yield once, between startup and shutdown code',
      )
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.next()
  }
}
