import { dumpTo } from '../open-pglite.ts'
import { adaptText, type AdaptedText } from './adapt-text.ts'
import { CopyIn, copyInResponse } from './copy-in.ts'
import { FatalError } from './fatal-error.ts'
import {
  bind,
  complete,
  describe,
  errorResponse,
  notification,
  parse,
  ready,
  simpleQuery,
  sync,
  textAt,
} from './messages.ts'
import { renamed, renamedBind } from './prepared-statements.ts'
import { transactionStatus } from './responses.ts'
import { type ConnectionContext, SessionRunner } from './session-runner.ts'

/** Bytes of one message, as on a server. */
const limit = 1024 * 1024 * 1024

/** A client after its login. It has the session from its first statement until its transaction has ended. */
export class GatewayConnection {
  readonly #context: ConnectionContext
  readonly #runner: SessionRunner
  #isBusy = false
  #copy: CopyIn | undefined
  /** True if the COPY is a simple query, which no Sync follows. */
  #isCopySimple = false
  /** True if a portal was made since the last Sync. */
  #hasPortal = false
  /** The COPY … FROM STDIN statements by their name, and by their portal. */
  readonly #copies = new Map<string, AdaptedText>()
  readonly #copyPortals = new Map<string, AdaptedText>()
  /** The error that ends the connection. */
  #ending: FatalError | undefined

  constructor(context: ConnectionContext) {
    this.#context = context
    this.#runner = new SessionRunner(context, () => this.#endIdle())
  }

  /** Serves the client until it leaves. */
  async run(): Promise<void> {
    const { reader, socket } = this.#context
    try {
      while (this.#ending === undefined) {
        const bytes = await reader.next({ typed: true, limit })
        if (bytes === undefined || bytes[0] === codeOf('X')) break
        this.#isBusy = true
        await this.#receive(bytes)
        this.#isBusy = false
      }
    } catch (error) {
      this.#ending ??= FatalError.from(error)
    }
    await this.#runner.leave()
    if (this.#ending === undefined) return
    const { code, message } = this.#ending
    socket.write(errorResponse({ severity: 'FATAL', code, message }))
  }

  /** Sends a notification of a channel that the client listens to. */
  notify(pid: number, channel: string, payload: string): void {
    const { socket, session } = this.#context
    if (session.channels.has(channel)) socket.write(notification(pid, channel, payload))
  }

  /** Cancels a statement that waits for the session, or whose rows are being read. */
  cancel(): void {
    if (this.#isBusy) this.#runner.interrupt()
  }

  /** Ends the connection: rolls back, and tells the client why. */
  end(error: FatalError): void {
    this.#ending ??= error
    this.#runner.interrupt()
    this.#context.reader.end()
  }

  #endIdle(): void {
    const name = this.#context.login.applicationName || 'A client'
    process.emitWarning(
      `${name} kept a transaction open on the embedded database while others waited for it, and was disconnected after 5 s`,
      'PlinthWarning',
    )
    this.end(
      new FatalError(
        '25P03',
        'terminating connection: an embedded database has one session, and others waited 5 s for this transaction',
      ),
    )
  }

  async #receive(bytes: Buffer): Promise<void> {
    const type = String.fromCharCode(bytes[0] ?? 0)
    if (this.#copy !== undefined) return await this.#receiveCopy(type, bytes, this.#copy)
    // What a client had sent before it knew that its COPY failed.
    if (type === 'd' || type === 'c' || type === 'f') return
    if (type === 'Q') return await this.#query(textAt(bytes, 5))
    if (type === 'S') return await this.#sync()
    if (this.#runner.isSkipping) return
    const handle = this.#extended[type]
    if (handle === undefined)
      throw new FatalError('08P01', `the gateway does not know the message "${type}"`)
    await handle(bytes)
  }

  async #query(text: string): Promise<void> {
    const runner = this.#runner
    const adapted = adaptText(text, this.#context.session)
    if (!(await runner.enter())) return this.#ready()
    if (adapted.copy !== undefined) return this.#beginCopy(adapted, true)
    if (adapted.dumpTo !== undefined) return await this.#dump(adapted.dumpTo)
    if (adapted.isQuery) {
      runner.responses.isSimple = true
      await runner.add({ bytes: parse('', adapted.text) }, { bytes: bind }, { bytes: describe })
      await runner.execute('')
      return await this.#sync()
    }
    await runner.add({ bytes: simpleQuery(adapted.text) })
    await runner.flush()
    await this.#afterReady()
  }

  /** The messages of the extended protocol. */
  readonly #extended: Readonly<Record<string, (bytes: Buffer) => Promise<unknown>>> = {
    P: async (bytes) => {
      const { session } = this.#context
      const name = textAt(bytes, 5)
      const at = 5 + Buffer.byteLength(name) + 1
      const text = textAt(bytes, at)
      const adapted = adaptText(text, session)
      if (adapted.copy === undefined) this.#copies.delete(name)
      else this.#copies.set(name, adapted)
      const rest = bytes.subarray(at + Buffer.byteLength(text) + 1)
      const own = session.prepared.parse(name, adapted.text, rest)
      await this.#runner.add({ bytes: own, isParse: true })
    },
    B: async (bytes) => {
      this.#hasPortal = true
      const portal = textAt(bytes, 5)
      const name = textAt(bytes, bytes.indexOf(0, 5) + 1)
      const copy = this.#copies.get(name)
      if (copy === undefined) this.#copyPortals.delete(portal)
      else this.#copyPortals.set(portal, copy)
      await this.#runner.add({ bytes: renamedBind(bytes, await this.#use(name)) })
    },
    D: async (bytes) => {
      const isStatement = bytes[5] === codeOf('S')
      const own = isStatement ? renamed(bytes, await this.#use(textAt(bytes, 6))) : bytes
      await this.#runner.add({ bytes: own })
    },
    C: async (bytes) => {
      const { prepared } = this.#context.session
      const isStatement = bytes[5] === codeOf('S') && bytes[6] !== 0
      const own = isStatement ? renamed(bytes, prepared.drop(textAt(bytes, 6))) : bytes
      await this.#runner.add({ bytes: own })
    },
    E: async (bytes) => {
      const runner = this.#runner
      const portal = textAt(bytes, 5)
      const copy = this.#copyPortals.get(portal)
      if (copy !== undefined) {
        if ((await runner.flush()) && !runner.responses.hasFailed) this.#beginCopy(copy, false)
        return
      }
      if (bytes.readInt32BE(bytes.length - 4) === 0) return await runner.execute(portal)
      await runner.add({ bytes })
      return await runner.flush()
    },
    H: () => this.#flush(),
  }

  /** The name of a statement in the session, which gets its Parse once more if Postgres forgot it. */
  async #use(name: string): Promise<string> {
    const used = this.#context.session.prepared.use(name)
    await this.#runner.add(...used.again.map((bytes) => ({ bytes })))
    return used.name
  }

  /** Runs what was sent. A client that only prepares statements needs no Sync to let others have the session. */
  async #flush(): Promise<void> {
    const runner = this.#runner
    const { responses } = runner
    if (!(await runner.flush()) || this.#hasPortal || responses.hasFailed) return
    if (responses.status !== transactionStatus.idle || !runner.isStarted) return
    responses.hidesReady = true
    await this.#sync()
  }

  async #sync(): Promise<void> {
    const runner = this.#runner
    if (!runner.isStarted) return this.#ready()
    runner.isSkipping = false
    await runner.add({ bytes: sync })
    if (!(await runner.flush())) return this.#ready()
    await this.#afterReady()
  }

  /** Ends a series of messages of which Postgres got none. */
  #ready(): void {
    this.#runner.isSkipping = false
    this.#restart()
    this.#context.socket.write(ready(transactionStatus.idle))
  }

  /** After ReadyForQuery: gives the session back, unless a transaction is open. */
  async #afterReady(): Promise<void> {
    this.#copyPortals.clear()
    this.#hasPortal = false
    this.#restart()
    const { login, session } = this.#context
    if (this.#runner.responses.status !== transactionStatus.idle || login.holds) return
    session.prepared.leave()
    await this.#runner.turn.give()
  }

  /** A request to cancel is for the statement that runs when it arrives. */
  #restart(): void {
    if (this.#ending === undefined) this.#runner.restart()
  }

  #beginCopy({ text, copy }: AdaptedText, isSimple: boolean): void {
    this.#isCopySimple = isSimple
    this.#copy = new CopyIn(text)
    this.#context.socket.write(copyInResponse(copy?.isBinary === true))
  }

  async #receiveCopy(type: string, bytes: Buffer, copy: CopyIn): Promise<void> {
    if (type === 'd') return copy.add(bytes.subarray(5))
    if (type !== 'c' && type !== 'f') return
    this.#copy = undefined
    const runner = this.#runner
    if (type === 'f') await runner.raise('57014', `COPY from stdin failed: ${textAt(bytes, 5)}`)
    else {
      const { response, hasFailed } = await copy.run(this.#context.database.pglite)
      this.#context.socket.write(response)
      runner.isSkipping = hasFailed
    }
    if (this.#isCopySimple) await this.#sync()
  }

  /** The gateway's own command: writes an archive of the data. */
  async #dump(file: string): Promise<void> {
    await dumpTo(file, this.#context.database.pglite)
    this.#context.socket.write(complete('DUMP'))
    await this.#sync()
  }
}

const codeOf = (type: string): number => type.charCodeAt(0)
