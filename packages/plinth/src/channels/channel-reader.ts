import type { Driver } from '../database/drivers/driver.ts'
import type { NotificationReceiver, StopListening } from '../database/drivers/listener.ts'
import type { Compiled } from '../schemas/compiled.ts'
import { MessageAssembly, readPayload } from './message-payloads.ts'
import type { ConnectedSink, MessageSink } from './subscription.ts'

/** Receives the notifications of one channel in one database, and gives each message to the subscribers of its key. */
export class ChannelReader implements NotificationReceiver {
  readonly #name: string
  readonly #driver: Driver
  readonly #schema: Compiled
  readonly #sinks = new Map<string, Set<MessageSink<unknown>>>()
  readonly #assembly = new MessageAssembly()
  #listening: Promise<StopListening> | undefined

  /** @param schema - reads a message: once per process, however many subscribers it has */
  constructor(name: string, driver: Driver, schema: Compiled) {
    this.#name = name
    this.#driver = driver
    this.#schema = schema
  }

  /** True without subscribers. */
  get isUnused(): boolean {
    return this.#sinks.size === 0
  }

  /** Adds a subscriber of a key. The first one starts to listen, and the last one stops. */
  add(key: string, sink: MessageSink<unknown>): ConnectedSink {
    const sinks = this.#sinks.get(key) ?? new Set()
    this.#sinks.set(key, sinks)
    sinks.add(sink)
    const leave = (): void => {
      if (!sinks.delete(sink) || sinks.size > 0) return
      if (this.#sinks.get(key) === sinks) this.#sinks.delete(key)
      if (this.#sinks.size === 0) this.#stop()
    }
    const ready = this.#listen().then(
      () => {},
      (error: unknown) => {
        leave()
        throw error
      },
    )
    return { ready, leave }
  }

  message(payload: string): void {
    const part = readPayload(payload)
    const text = this.#assembly.add(part)
    const sinks = this.#sinks.get(part.key)
    if (text === undefined || sinks === undefined) return
    const read = text === null ? undefined : this.#read(text)
    for (const sink of sinks)
      if (read === undefined) sink.missed('one was published by another version of this app')
      else sink.add(read.value)
  }

  gap(): void {
    for (const sink of this.#all()) sink.missed('the connection to the database was lost')
  }

  ended(): void {
    this.#listening = undefined
    for (const sink of this.#all()) sink.end()
  }

  #all(): readonly MessageSink<unknown>[] {
    return [...this.#sinks.values()].flatMap((sinks) => [...sinks])
  }

  #read(text: string): { readonly value: unknown } | undefined {
    try {
      const decoded = this.#schema.decode(JSON.parse(text))
      return decoded.ok ? decoded : undefined
    } catch {
      return undefined
    }
  }

  #listen(): Promise<StopListening> {
    if (this.#listening !== undefined) return this.#listening
    const listening = this.#driver.listen(this.#name, this)
    this.#listening = listening
    // The next subscriber tries again.
    listening.catch(() => {
      if (this.#listening === listening) this.#listening = undefined
    })
    return listening
  }

  #stop(): void {
    const listening = this.#listening
    this.#listening = undefined
    void listening?.then(
      (stop) => stop(),
      () => {},
    )
  }
}
