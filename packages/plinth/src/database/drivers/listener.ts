/** Receives the notifications of a channel. */
export interface NotificationReceiver {
  /** Called once per notification, in the order of the commits. It must not throw. */
  message(payload: string): void
  /** Called when notifications may have been missed. Later ones arrive again: read your state now. */
  gap(): void
  /** Called when the database is closed. Nothing arrives any more. */
  ended(): void
}

/** Stops listening. */
export type StopListening = () => Promise<void>

interface Listened {
  readonly receivers: Set<NotificationReceiver>
  /** Resolves once LISTEN is in effect. */
  readonly started: Promise<void>
}

/**
 * The one session of a process that listens to a database with LISTEN.
 *
 * Each channel is listened to once, however many receivers it has.
 */
export abstract class Listener {
  readonly #channels = new Map<string, Listened>()
  protected isClosed = false

  /** Makes LISTEN effective for a channel. */
  protected abstract start(channel: string): Promise<void>
  /** Ends it, after the last receiver has gone. */
  protected abstract stop(channel: string): Promise<void>
  /** Closes the session. */
  protected abstract disconnect(): Promise<void>

  /**
   * Adds a receiver. Resolves once LISTEN is in effect: whatever is committed later is heard.
   *
   * @returns a function that removes it
   */
  async listen(channel: string, receiver: NotificationReceiver): Promise<StopListening> {
    const listened = this.#channels.get(channel) ?? this.#start(channel)
    listened.receivers.add(receiver)
    try {
      await listened.started
    } catch (error) {
      if (this.#channels.get(channel) === listened) this.#channels.delete(channel)
      throw error
    }
    return () => this.#leave(channel, listened, receiver)
  }

  async close(): Promise<void> {
    this.isClosed = true
    const all = [...this.#channels.values()]
    this.#channels.clear()
    await this.disconnect()
    for (const { receivers } of all) for (const one of receivers) one.ended()
  }

  /** Passes on a notification. */
  deliver(channel: string, payload: string): void {
    for (const one of this.#channels.get(channel)?.receivers ?? []) one.message(payload)
  }

  /** The channels that have receivers. */
  protected get channels(): readonly string[] {
    return [...this.#channels.keys()]
  }

  /** Tells all receivers that notifications may have been missed. */
  protected missed(): void {
    for (const { receivers } of this.#channels.values()) for (const one of receivers) one.gap()
  }

  #start(channel: string): Listened {
    const listened = { receivers: new Set<NotificationReceiver>(), started: this.start(channel) }
    this.#channels.set(channel, listened)
    return listened
  }

  async #leave(channel: string, listened: Listened, one: NotificationReceiver): Promise<void> {
    const { receivers } = listened
    if (!receivers.delete(one) || receivers.size > 0) return
    if (this.#channels.get(channel) !== listened) return
    this.#channels.delete(channel)
    // A connection that is lost listens to nothing, either.
    await this.stop(channel).catch(() => {})
  }
}
