import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { processWarning } from '../../../logging/startup-warnings.ts'
import { unavailable } from '../connection-queue.ts'
import { command, type Driver } from '../driver.ts'
import { listenUrls, throughPooler } from '../direct-url.ts'
import { Listener } from '../listener.ts'
import { ListenConnection } from './listen-connection.ts'

/** Options of a {@link PostgresListener}. Times are in milliseconds. */
export interface PostgresListenerOptions {
  /** The database's driver, whose pool sends the notification that must arrive. */
  readonly driver: Pick<Driver, 'acquire' | 'location' | 'server'>
  /** How long a caller waits for the connection. */
  readonly connectTimeout: number
  /** The time between two checks of the connection. Default 15 000. */
  readonly heartbeat?: number
  /** The time that such a check may take. Default 5000. */
  readonly checkTimeout?: number
  /** The time after which an unused connection is closed. Default 1000. */
  readonly idleTimeout?: number
}

const longestBackoff = 10_000
/** The notifications that must arrive before a connection is trusted. */
const echoes = 3
/** How long an echo may take after everything else has arrived. */
const echoGrace = 2000

/**
 * Listens to a Postgres server, on a connection of its own that leads through no pooler.
 *
 * It reconnects with exponential backoff. It sends LISTEN first and tells of the gap second: a receiver that reads its
 * state then misses nothing later.
 */
export class PostgresListener extends Listener {
  readonly #options: PostgresListenerOptions
  readonly #closing = new AbortController()
  /** The URL that was proved to lead to the database without a pooler. */
  #url: string | undefined
  #connection: Promise<ListenConnection> | undefined
  /** The connection, once it listens. */
  #live: ListenConnection | undefined
  #idle: NodeJS.Timeout | undefined
  /** Receives the echo while a connection is being proved. */
  #onEcho: ((channel: string) => void) | undefined

  constructor(options: PostgresListenerOptions) {
    super()
    this.#options = options
  }

  protected async start(channel: string): Promise<void> {
    clearTimeout(this.#idle)
    for (;;) {
      const connection = await this.#connected()
      try {
        return await connection.listen(channel)
      } catch (error) {
        if (!connection.isLost) throw error
      }
    }
  }

  protected async stop(channel: string): Promise<void> {
    if (this.channels.length === 0) this.#endLater()
    const unlisten = async (connection: ListenConnection): Promise<void> => {
      if (!this.channels.includes(channel)) await connection.unlisten(channel)
    }
    // A lost connection is made again after a pause, and a receiver that leaves does not wait for it.
    if (this.#live === undefined) this.#connection?.then(unlisten).catch(() => {})
    else await unlisten(this.#live)
  }

  protected async disconnect(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#idle)
    await this.#end()
  }

  /** Ends the connection after a while without receivers. A page that is loaded again finds it open. */
  #endLater(): void {
    clearTimeout(this.#idle)
    const { idleTimeout = 1000 } = this.#options
    this.#idle = setTimeout(() => {
      if (this.channels.length === 0) void this.#end()
    }, idleTimeout).unref()
  }

  async #end(): Promise<void> {
    const ending = this.#connection?.then(
      (connection) => connection.end(),
      () => {},
    )
    const isLive = this.#live !== undefined
    this.#connection = undefined
    this.#live = undefined
    // A connection that is still being made ends when it is there.
    if (isLive) await ending
  }

  /** The connection. Waits for a connection that is being made, but no longer than callers wait for any. */
  async #connected(): Promise<ListenConnection> {
    const opening = (this.#connection ??= this.#open())
    const late = new AbortController()
    const timeout = sleep(this.#options.connectTimeout, undefined, { signal: late.signal }).then(
      () => {
        throw unavailable(new Error('The connection for LISTEN could not be made in time'))
      },
    )
    try {
      return await Promise.race([opening, timeout])
    } finally {
      timeout.catch(() => {})
      late.abort()
    }
  }

  /** Opens the first connection, whose failure is the caller's to see. */
  #open(): Promise<ListenConnection> {
    const opening = this.#connect()
    opening.catch(() => {
      if (this.#connection === opening) this.#connection = undefined
    })
    return opening
  }

  async #connect(): Promise<ListenConnection> {
    if (this.#url !== undefined) return (this.#live = await this.#listening(this.#url))
    const { server } = this.#options.driver
    const urls = listenUrls(server!)
    for (const url of urls) {
      const connection = await this.#listening(url)
      if (await this.#echoes(connection)) {
        this.#url = url
        return (this.#live = connection)
      }
      await connection.end()
    }
    throw throughPooler(urls.at(-1)!, 'a notification sent to it did not arrive')
  }

  /** Opens a connection that listens to all channels. */
  async #listening(url: string): Promise<ListenConnection> {
    const { connectTimeout, heartbeat = 15_000, checkTimeout = 5000 } = this.#options
    const connection = await ListenConnection.open(url, {
      connectTimeout,
      heartbeat,
      checkTimeout,
      onNotification: (channel, payload) => {
        this.#onEcho?.(channel)
        this.deliver(channel, payload)
      },
      onLost: (lost) => void this.#lost(lost),
    })
    try {
      for (const channel of this.channels) await connection.listen(channel)
      return connection
    } catch (error) {
      await connection.end()
      throw error
    }
  }

  /**
   * Checks that notifications sent through the pool of connections arrive.
   *
   * A pooler accepts LISTEN and delivers nothing, or something by chance. Postgres sends a notification before the
   * response to any statement that follows it, so no time needs to be waited for.
   */
  async #echoes(connection: ListenConnection): Promise<boolean> {
    const channel = `plinth:echo:${randomUUID()}`
    let heard = Promise.withResolvers<true>()
    this.#onEcho = (from) => from === channel && heard.resolve(true)
    try {
      await connection.listen(channel)
      for (let round = 0; round < echoes; round++) {
        heard = Promise.withResolvers<true>()
        await this.#notify(channel)
        for (let trip = 0; trip < 2; trip++) await connection.roundTrip()
        if (!(await within(heard.promise, 0)) && !(await within(heard.promise, echoGrace)))
          return false
      }
      return true
    } finally {
      this.#onEcho = undefined
      if (!connection.isLost) await connection.unlisten(channel).catch(() => {})
    }
  }

  async #notify(channel: string): Promise<void> {
    const connection = await this.#options.driver.acquire()
    try {
      await connection.query({ ...command(`select pg_notify($1, '')`), params: [channel] })
      connection.release()
    } catch (error) {
      connection.release(error)
      throw error
    }
  }

  async #lost(connection: ListenConnection): Promise<void> {
    if (this.#live !== connection || this.#url === undefined) return
    this.#connection = undefined
    this.#live = undefined
    if (this.channels.length === 0) return
    const { location } = this.#options.driver
    processWarning(
      `The connection that listens to ${location} was lost. Channels receive nothing until it is back`,
    )
    const reconnecting = this.#reconnect(this.#url)
    this.#connection = reconnecting
    try {
      await reconnecting
      processWarning(`The connection that listens to ${location} is back`)
      this.missed()
    } catch {
      // The database was closed, or no receiver is left.
      if (this.#connection === reconnecting) this.#connection = undefined
    }
  }

  /** Connects again, with exponential backoff and jitter, as long as there are receivers. */
  async #reconnect(url: string): Promise<ListenConnection> {
    const { signal } = this.#closing
    for (let backoff = 100; ; backoff = Math.min(backoff * 2, longestBackoff)) {
      try {
        return (this.#live = await this.#listening(url))
      } catch (error) {
        if (this.channels.length === 0) throw error
      }
      await sleep(backoff * (0.5 + Math.random() / 2), undefined, { signal })
    }
  }
}

/** Returns false if a promise is not resolved in time. */
const within = (promise: Promise<true>, milliseconds: number): Promise<boolean> =>
  Promise.race([promise, sleep(milliseconds, false)])
