import { HttpError } from '../errors/http-error.ts'
import { closeCodes } from '../errors/socket-close.ts'

/** A socket that is open, or whose handler still runs. */
export interface OpenSocket {
  end(code: number, reason: string): void
}

const full = 'Too many sockets are open; try again in a moment'

/** The open sockets of an app: counts them, and ends them at graceful shutdown. */
export class OpenSockets {
  readonly #most: number
  readonly #open = new Set<OpenSocket>()
  /** The open sockets of each caller on each path. */
  readonly #ofCaller = new Map<string, number>()
  readonly #onEmpty: (() => void)[] = []
  #isStopping = false

  /** @param most - sockets that may be open; 0 for no limit */
  constructor(most: number) {
    this.#most = most || Infinity
  }

  /** `true` once the server has stopped: handshakes are refused. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * Refuses another handshake if the server is stopping or full.
   *
   * @throws {HttpError} `PLINTH_SHUTTING_DOWN` and `PLINTH_OVERLOADED`, 503
   */
  checkRoom(): void {
    if (this.#isStopping)
      throw new HttpError(503, 'The server is stopping', {
        code: 'PLINTH_SHUTTING_DOWN',
        headers: { 'retry-after': '1' },
      })
    if (this.#open.size >= this.#most)
      throw new HttpError(503, full, { code: 'PLINTH_OVERLOADED', headers: { 'retry-after': '5' } })
  }

  /**
   * Refuses a caller who has too many sockets.
   *
   * @param most - sockets of one caller; 0 for no limit
   * @throws {HttpError} `PLINTH_TOO_MANY_REQUESTS`, 429
   */
  checkCaller(key: string | undefined, most: number): void {
    if (key === undefined || most === 0 || (this.#ofCaller.get(key) ?? 0) < most) return
    throw new HttpError(429, `You have ${most} open sockets here, which is the limit. Close one`)
  }

  add(socket: OpenSocket, key: string | undefined): void {
    this.#open.add(socket)
    if (key !== undefined) this.#ofCaller.set(key, (this.#ofCaller.get(key) ?? 0) + 1)
  }

  delete(socket: OpenSocket, key: string | undefined): void {
    if (!this.#open.delete(socket)) return
    if (key !== undefined) {
      const left = (this.#ofCaller.get(key) ?? 1) - 1
      if (left === 0) this.#ofCaller.delete(key)
      else this.#ofCaller.set(key, left)
    }
    if (this.#open.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve()
  }

  /** Tells every client to connect again, which is then another process. */
  end(): void {
    this.#isStopping = true
    for (const socket of this.#open) socket.end(closeCodes.restart, 'The server is restarting')
  }

  /** Resolves when every handler has ended, and has closed its dependencies. */
  async whenEmpty(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve))
  }
}
