import type { Socket } from 'node:net'
import { HttpError } from '../../../../errors/http-error.ts'
import { quoteIdentifier } from '../../../../sql/quote-identifier.ts'
import { raise, type ClientSession } from './adapt-text.ts'
import type { Login } from './login.ts'
import type { MessageReader } from './message-reader.ts'
import { bind, errorResponse, execute, parse, sync } from './messages.ts'
import { Responses, transactionStatus } from './responses.ts'
import { type OpenDatabase, Turn } from './turn.ts'

/** The parts of the gateway that a connection uses. */
export interface ConnectionContext {
  readonly socket: Socket
  readonly reader: MessageReader
  readonly login: Login
  readonly database: OpenDatabase
  readonly session: ClientSession
  /** Called for each notification that the session received. */
  readonly onNotification: (channel: string, payload: string) => void
}

/** The rows that are read before the client has to take them. */
const rowsAtOnce = 500
/** Bytes of messages that are kept until a Sync. */
const mostWaiting = 1024 * 1024

/** A message to run. */
interface WaitingMessage {
  readonly bytes: Buffer
  /** True for a Parse that the client sent, so that it gets the response. */
  readonly isParse?: boolean
}

/** Runs the messages of one client in the session that all share, and sends the responses as the client takes them. */
export class SessionRunner {
  readonly turn: Turn
  readonly responses: Responses
  readonly #context: ConnectionContext
  #waiting: WaitingMessage[] = []
  #waitingSize = 0
  /** True after an error that Postgres does not know of: the client's messages are skipped until its next Sync. */
  isSkipping = false
  #isLeaving = false
  #isInterrupted = false
  #interrupt: () => void = () => {}

  /** @param onIdle - called when the client has kept others waiting, and did nothing */
  constructor(context: ConnectionContext, onIdle: () => void) {
    this.#context = context
    const { socket, database, session, login } = context
    this.responses = new Responses({
      write: (data) => void (this.#isLeaving || socket.write(data)),
      notify: context.onNotification,
    })
    this.turn = new Turn({
      database,
      session,
      settings: login.settings,
      activity: () => socket.bytesRead + socket.bytesWritten - socket.writableLength,
      onIdle,
    })
  }

  /** Cancels the current statement, while it waits for the session or while its rows are read. */
  interrupt(): void {
    this.#isInterrupted = true
    this.#interrupt()
  }

  /** A new statement begins. */
  restart(): void {
    this.#isInterrupted = false
  }

  /** Keeps messages until {@link flush}. */
  async add(...messages: readonly WaitingMessage[]): Promise<void> {
    for (const message of messages) {
      this.#waiting.push(message)
      this.#waitingSize += message.bytes.length
    }
    if (this.#waitingSize > mostWaiting) await this.flush()
  }

  /** True if the client has the session, or sent messages that need it. */
  get isStarted(): boolean {
    return this.turn.isTaken || this.#waiting.length > 0
  }

  /** Takes the session, if this client does not have it. Returns false if it could not: the client got the error. */
  async enter(): Promise<boolean> {
    if (this.turn.isTaken) return true
    try {
      if (await this.turn.take(this.#interruption)) return true
      this.#fail('57014', canceled)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      this.#fail('55P03', 'The app has used the embedded database for too long; try again')
    }
    return false
  }

  /** Runs the messages. Returns false if the session could not be taken. */
  async flush(limited = false): Promise<boolean> {
    const messages = this.#waiting
    if (messages.length === 0) return true
    this.#clear()
    if (!(await this.enter())) return false
    const { responses } = this
    await this.turn.keepSettings(responses.status !== transactionStatus.idle || responses.isOpen)
    for (const { bytes, isParse = false } of messages)
      if (bytes[0] === parseCode) responses.parses.push(isParse)
    responses.begin(limited)
    await this.#send(...messages.map(({ bytes }) => bytes))
    await this.#drained()
    return true
  }

  /** Runs a portal to its end. The client takes the rows before more of them are read. */
  async execute(portal: string): Promise<void> {
    const next = { bytes: execute(portal, rowsAtOnce) }
    await this.add(next)
    if (!(await this.flush(true))) return
    while (this.responses.isSuspended) {
      if (this.#isInterrupted || this.#context.socket.destroyed)
        return await this.raise('57014', canceled)
      await this.add(next)
      await this.flush(true)
    }
  }

  /** Lets Postgres raise an error, so that it ends the transaction. */
  async raise(state: string, message: string): Promise<void> {
    this.responses.isSimple = true
    await this.add(...raising(state, message).map((bytes) => ({ bytes })))
    await this.flush()
  }

  /** Rolls back what is open, and removes what the client left in the session. */
  async leave(): Promise<void> {
    const { database, session } = this.#context
    const { names } = session.prepared
    if (!this.turn.isTaken && names.length === 0 && !session.locks) return
    if (!(await this.#enterToLeave())) return
    this.#isLeaving = true
    try {
      // Without a Sync, nothing of a pipeline is committed. After an error, Postgres skips everything up to a Sync.
      if (this.responses.isOpen) await this.#send(...raising('57014', canceled))
      await this.#send(sync)
      const { pglite } = database
      if (this.responses.status !== transactionStatus.idle) await pglite.exec('rollback')
      if (session.locks) await pglite.exec('select pg_advisory_unlock_all()')
      for (const name of names)
        await pglite.exec(`deallocate ${quoteIdentifier(name)}`).catch(() => {})
    } catch {
      // The database failed. The app's next statement reports it.
    } finally {
      await this.turn.give().catch(() => {})
    }
  }

  async #enterToLeave(): Promise<boolean> {
    try {
      return this.turn.isTaken || (await this.turn.take(new Promise(() => {})))
    } catch {
      // The app uses the database for longer than it waits. Prepared statements that are left disturb no client.
      return false
    }
  }

  /** Sends an error of a statement that never ran. */
  #fail(code: string, message: string): void {
    this.#context.socket.write(errorResponse({ code, message }))
    this.#clear()
    this.responses.isSimple = false
    this.isSkipping = true
  }

  #clear(): void {
    this.#waiting = []
    this.#waitingSize = 0
  }

  async #send(...messages: readonly Buffer[]): Promise<void> {
    const { socket, database } = this.#context
    const { pglite } = database
    const onRawData = (data: Uint8Array): void => this.responses.push(data)
    socket.cork()
    try {
      await pglite.runExclusive(() =>
        pglite.execProtocolRawStream(Buffer.concat(messages), { onRawData }),
      )
    } finally {
      socket.uncork()
    }
  }

  /** Waits until the client has taken what was sent (backpressure). */
  async #drained(): Promise<void> {
    const { socket } = this.#context
    if (!socket.writableNeedDrain || socket.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.once('drain', resolve).once('close', resolve)
    await Promise.race([promise, this.#interruption])
    socket.off('drain', resolve).off('close', resolve)
  }

  /** Resolves when the current statement is canceled. */
  get #interruption(): Promise<void> {
    if (this.#isInterrupted) return Promise.resolve()
    return new Promise((resolve) => (this.#interrupt = resolve))
  }
}

const parseCode = 'P'.charCodeAt(0)
const canceled = 'canceling statement due to user request'
const raising = (state: string, message: string): readonly Buffer[] => [
  parse('', raise(state, message)),
  bind,
  execute('', 0),
]
