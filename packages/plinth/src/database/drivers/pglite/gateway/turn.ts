import type { PGlite } from '@electric-sql/pglite'
import type { ConnectionQueue } from '../../connection-queue.ts'
import type { ClientSession } from './adapt-text.ts'
import { applySettings, readSettings, replaceSettings } from './session-settings.ts'
import type { SessionSettings } from './session-settings.ts'

/** An open embedded database. The app and all clients of the gateway wait in one queue for its only session. */
export interface OpenDatabase {
  readonly pglite: PGlite
  readonly queue: ConnectionQueue
  /** The settings that the app began with. */
  readonly settings: SessionSettings
}

/** Milliseconds between two looks at a client that has the session. */
const tick = 1000
/** How long a client may leave the session unused while others wait for it, in ticks. */
const patience = 5

/** Options of a {@link Turn}. */
export interface TurnOptions {
  readonly database: OpenDatabase
  readonly session: ClientSession
  /** Settings that the client asked for when it connected. */
  readonly settings: SessionSettings
  /** Increases with everything that the client does. */
  readonly activity: () => number
  /** Called when others have waited too long. */
  readonly onIdle: () => void
}

/** One client's use of the session: it waits for the session, has its own settings in it, and gives it back. */
export class Turn {
  isTaken = false
  readonly #options: TurnOptions
  /** The client's settings, while another has the session; undefined until it sets one. */
  #settings: SessionSettings | undefined
  /** The app's settings, while the client has the session. */
  #others: SessionSettings | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: TurnOptions) {
    this.#options = options
    if (options.settings.length > 0) this.#settings = options.settings
  }

  /**
   * Waits for the session.
   *
   * @param interrupted - resolves to stop waiting
   * @returns false if it was interrupted
   */
  async take(interrupted: Promise<void>): Promise<boolean> {
    const { database, session } = this.#options
    const { queue, pglite } = database
    const acquiring = queue.acquire()
    const isMine = await Promise.race([acquiring.then(() => true), interrupted.then(() => false)])
    if (!isMine) {
      void acquiring.then(
        () => queue.release(),
        () => {},
      )
      return false
    }
    this.isTaken = true
    this.#watch()
    if (this.#settings !== undefined) {
      this.#others = await readSettings(pglite, session.customSettings)
      await applySettings(pglite, this.#settings)
    }
    return true
  }

  /** Before a statement that may change a setting: keeps the settings as they are for the others. */
  async keepSettings(isInTransaction: boolean): Promise<void> {
    const { session, database } = this.#options
    if (!session.changesSettings || this.#others !== undefined) return
    // SET LOCAL cannot be told from SET before the transaction ends.
    this.#others = isInTransaction
      ? database.settings
      : await readSettings(database.pglite, session.customSettings)
    this.#settings ??= []
  }

  /** Gives the session back, with the settings it had before. */
  async give(): Promise<void> {
    if (!this.isTaken) return
    const { database, session, settings } = this.#options
    const { pglite, queue } = database
    try {
      if (this.#others !== undefined) {
        const own = await readSettings(pglite, session.customSettings)
        await replaceSettings(pglite, own, this.#others)
        this.#settings = session.resetsSettings ? settings : own
        session.resetsSettings = false
      }
    } finally {
      this.#others = undefined
      clearInterval(this.#timer)
      this.isTaken = false
      queue.release()
    }
  }

  /** Ends a client that keeps others waiting and does nothing. */
  #watch(): void {
    const { database, activity, onIdle } = this.#options
    let [waited, last] = [0, activity()]
    this.#timer = setInterval(() => {
      const now = activity()
      waited = database.queue.waiting > 0 && now === last ? waited + 1 : 0
      last = now
      if (waited === patience) onIdle()
    }, tick)
  }
}
