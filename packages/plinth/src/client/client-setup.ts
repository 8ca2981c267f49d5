import type { ClientOptions } from './client-options.types.ts'

/** The base URL of a client, and its options. */
export interface ClientSetup {
  readonly url: string
  readonly options: ClientOptions
}

const setups = new WeakMap<object, ClientSetup>()

/** Keeps the setup of a client for functions that take the client, such as `socket()`. */
export function keepSetup<T extends object>(client: T, setup: ClientSetup): T {
  setups.set(client, setup)
  return client
}

/**
 * Returns the setup of a client.
 *
 * @throws {TypeError} `client()` did not create it
 */
export function setupOf(client: object, caller: string): ClientSetup {
  const setup = setups.get(client)
  if (setup === undefined)
    throw new TypeError(`${caller}: the first argument is what client() returned`)
  return setup
}
