import { sql } from 'drizzle-orm'
import type * as z from 'zod'
import { sharedOf } from '../database/database.ts'
import type { Driver } from '../database/drivers/driver.ts'
import { refuseNested } from '../database/nested-transactions.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { sentSchema } from '../schemas/encode.ts'
import type { Returned } from '../schemas/response-value.types.ts'
import { wire } from '../schemas/wire.ts'
import { runSpan } from '../telemetry/run-span.ts'
import type { ChildStart } from '../telemetry/span.types.ts'
import { isTracing, startChild } from '../telemetry/tracing.ts'
import type { gap } from './channel-gap.ts'
import { ChannelReader } from './channel-reader.ts'
import { writePayloads } from './message-payloads.ts'
import {
  ChannelSubscription,
  type ConnectedSink,
  type MessageSink,
  type SubscribeOptions,
  type Subscription,
} from './subscription.ts'

/** A channel of messages between all processes that use a database: typed publish and subscribe. */
export interface Channel<In, Out> {
  readonly name: string
  /**
   * Sends a message to the subscribers of a key, in every process.
   *
   * In a transaction it is delivered when the transaction commits, and never if it is rolled back. A database delivers
   * it at once.
   *
   * @throws {PlinthError} `PLINTH_CHANNEL_INVALID`: the schema does not allow the message, or it is larger than 1 MB
   */
  publish(db: AnyQueryable, key: string, message: In): Promise<void>
  /**
   * Receives the messages of a key: `for await (const message of chat.subscribe(db, 'lobby')) …`.
   *
   * It begins when `ready` is read, or with the first message that is asked for. It ends with the iteration, with
   * `signal`, with `await using`, or when the database is closed.
   *
   * @param db - the database itself, because a subscription outlives a transaction
   * @throws {HttpError} `PLINTH_CHANNEL_GAP`, 503, by the iteration: messages may have been missed, because the connection
   * was lost, the reader was too slow, or another version of the app published a message that does not fit
   * @throws {PlinthError} `PLINTH_CHANNEL_POOLED`, by the iteration and by `ready`
   */
  subscribe<const G extends boolean = false>(
    db: AnyQueryable,
    key: string,
    options?: SubscribeOptions<G>,
  ): Subscription<G extends true ? Out | typeof gap : Out>
}

/** The most bytes of a message. */
const mostBytes = 1_000_000
/** The most bytes of a key. */
const mostKeyBytes = 1000

/**
 * Declares a channel, for publish and subscribe between requests, processes and machines (pub/sub).
 *
 * It uses LISTEN and NOTIFY of Postgres, which embedded Postgres has too. A message is part of the transaction that
 * publishes it. It reaches each subscriber that is there at that time once, and those of one key in the order of their
 * commits. Channels keep no messages: keep state in a table, and let messages tell of changes.
 *
 * The first subscriber of a process opens one connection for all channels, on the direct URL of the server:
 * a connection pooler has no sessions. Without a subscriber, nothing is connected.
 *
 * @param name - unique in the database; at most 56 bytes
 * @param message - the schema of a message. Dates, bigints and codecs are encoded as in a response, and undeclared fields
 * are dropped
 * @throws {PlinthError} `PLINTH_CHANNEL_INVALID`: the name is empty or too long
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 * @example
 * ```ts
 * import { channel, database, router, sse } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Message = z.object({ text: z.string().max(500), at: z.date() })
 * export const chat = channel('chat', Message)
 *
 * const rooms = router('/rooms', { dependencies: { db } })
 * const Room = z.object({ room: z.string().max(50) })
 * export const send = rooms.post(
 *   '/:room',
 *   { params: Room, body: Message.pick({ text: true }), status: 204 },
 *   ({ db, params, body }) => chat.publish(db, params.room, { ...body, at: new Date() }),
 * )
 * export const read = rooms.get('/:room', { params: Room, response: sse(Message) }, ({ db, params }) =>
 *   chat.subscribe(db, params.room),
 * )
 * ```
 */
export function channel<S extends z.core.$ZodType>(
  name: string,
  message: S,
): Channel<Returned<S>, z.output<S>> {
  // The values are those of the schema, which the class has no type for.
  return new SchemaChannel(name, message) as unknown as Channel<Returned<S>, z.output<S>>
}

/** The span of a message. A channel is named by the app, its keys by its callers: they are not in the span. */
const publishing = (channel: string): ChildStart => ({
  kind: 'producer',
  name: `publish ${channel}`,
  attributes: () => ({
    'messaging.system': 'postgresql',
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
    'messaging.destination.name': channel,
  }),
})

/** The channels of a database that were subscribed to, by name. */
const readers = new WeakMap<Driver, Map<string, { of: object; reader: ChannelReader }>>()

class SchemaChannel {
  readonly name: string
  readonly #postgresName: string
  readonly #message: z.core.$ZodType
  #sent: Compiled | undefined

  constructor(name: string, message: z.core.$ZodType) {
    this.name = name
    this.#postgresName = `plinth:${name}`
    this.#message = message
    if (name === '' || name.includes('\0') || Buffer.byteLength(this.#postgresName) > 63)
      throw this.#invalid('its name must have 1 to 56 bytes, since Postgres cuts longer ones off')
  }

  async publish(db: AnyQueryable, key: string, message: unknown): Promise<void> {
    this.#checkKey(key)
    const encoded = (this.#sent ??= sentSchema(this.#message)).encode(message)
    if (!encoded.ok) {
      const [{ path, message: problem } = { path: [], message: '' }] = encoded.issues
      throw this.#invalid(
        `its schema does not allow the message: ${path.join('.') || 'the value'}: ${problem}`,
      )
    }
    const text = JSON.stringify(encoded.value) ?? 'null'
    const payloads = writePayloads(key, text)
    if (payloads.length > 1 && Buffer.byteLength(text) > mostBytes)
      throw this.#invalid(
        `a message has ${Buffer.byteLength(text)} bytes, and may have ${mostBytes}: publish an id, and let subscribers read the row`,
      )
    const span = isTracing() ? startChild(publishing(this.name)) : undefined
    if (span === undefined) await this.#notify(db, payloads)
    else await runSpan(span, () => this.#notify(db, payloads))
  }

  async #notify(db: AnyQueryable, payloads: readonly string[]): Promise<void> {
    const name = this.#postgresName
    await db.execute(
      payloads.length === 1
        ? sql`select pg_notify(${name}, ${payloads[0]})`
        : sql`select pg_notify(${name}, part) from json_array_elements_text(${JSON.stringify(payloads)}::json) part`,
    )
  }

  subscribe(
    db: AnyQueryable,
    key: string,
    options: SubscribeOptions<boolean> = {},
  ): Subscription<unknown> {
    this.#checkKey(key)
    const where = `channel "${this.name}", subscribe()`
    const { driver } = sharedOf(db, where)
    const connect = (sink: MessageSink<unknown>): ConnectedSink => {
      refuseNested(driver)
      return this.#reader(driver).add(key, sink)
    }
    return new ChannelSubscription({ db, connect, where }, options)
  }

  #reader(driver: Driver): ChannelReader {
    const known = readers.get(driver) ?? new Map<string, { of: object; reader: ChannelReader }>()
    readers.set(driver, known)
    const found = known.get(this.name)
    if (found?.of === this) return found.reader
    if (found !== undefined && !found.reader.isUnused)
      throw this.#invalid('another channel has the same name: give each its own')
    const schema = compiled(wire(this.#message, 'json'))
    const reader = new ChannelReader(this.#postgresName, driver, schema)
    known.set(this.name, { of: this, reader })
    return reader
  }

  #checkKey(key: string): void {
    if (typeof key !== 'string' || !key.isWellFormed() || Buffer.byteLength(key) > mostKeyBytes)
      throw this.#invalid(
        `a key must be text of at most ${mostKeyBytes} bytes, without half a surrogate pair`,
      )
  }

  #invalid(problem: string): PlinthError {
    return new PlinthError('PLINTH_CHANNEL_INVALID', `channel "${this.name}": ${problem}`)
  }
}
