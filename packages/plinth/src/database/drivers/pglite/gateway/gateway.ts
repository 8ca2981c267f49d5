import { createHmac, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { cString, errorResponse, int32, message, ready } from './messages.ts'
import { FatalError } from './fatal-error.ts'
import { GatewayConnection } from './gateway-connection.ts'
import { embeddedName } from './gateway-names.ts'
import { type Login, logIn } from './login.ts'
import { MessageReader } from './message-reader.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { transactionStatus } from './responses.ts'
import { Scram } from './scram.ts'
import { readSettings, type SessionSettings } from './session-settings.ts'
import type { OpenDatabase } from './turn.ts'

/** The most clients at once. */
const mostClients = 100
/**
 * The ports from which one is chosen.
 *
 * Systems give higher ones to outgoing connections: the address would change whenever another program has connected
 * somewhere from that port.
 */
const [firstPort, lastPort] = [28_000, 32_767]

/** Parameters whose values a client learns at the login. */
const reported = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
]

/** The ports of a key, in the order in which they are tried. */
const portsOf = (key: Buffer): number[] =>
  [0, 2, 4, 6].map((at) => firstPort + (key.readUInt16BE(at) % (lastPort - firstPort + 1)))

interface ReadyDatabase extends OpenDatabase {
  readonly parameters: SessionSettings
}

/** Options of {@link Gateway.listen}. */
interface GatewayOptions {
  /** Two gateways with the same secret and directory have the same password and, if it is free, port. */
  readonly secret: string
  readonly directory: string
  /** Called for each notification of the session. */
  readonly onNotification: (channel: string, payload: string) => void
}

interface Client {
  readonly connection: GatewayConnection
  readonly secret: number
  readonly ended: Promise<void>
}

/**
 * Serves an open embedded database to other processes of this machine, in the Postgres protocol.
 *
 * The app and the clients wait in one queue. A client has the database to itself from its first statement until its
 * transaction has ended.
 */
export class Gateway {
  readonly password: string
  readonly #server: Server
  readonly #scram: Scram
  readonly #database = Promise.withResolvers<ReadyDatabase>()
  readonly #clients = new Map<number, Client>()
  readonly #sockets = new Set<Socket>()
  readonly #epoch = { value: 0 }
  readonly #onNotification: GatewayOptions['onNotification']
  #lastPid = process.pid

  private constructor(password: string, onNotification: GatewayOptions['onNotification']) {
    this.password = password
    this.#onNotification = onNotification
    this.#scram = new Scram(password)
    this.#database.promise.catch(() => {})
    this.#server = createServer((socket) => void this.#serve(socket))
  }

  /** Starts to listen. Clients wait until {@link open}. */
  static async listen({ secret, directory, onNotification }: GatewayOptions): Promise<Gateway> {
    const key = createHmac('sha256', secret).update(directory).digest()
    const gateway = new Gateway(key.toString('base64url'), onNotification)
    for (const port of [...portsOf(key), 0]) if (await gateway.#bind(port)) break
    gateway.#server.unref()
    return gateway
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Serves this database. */
  async open({ pglite, queue }: Omit<OpenDatabase, 'settings'>): Promise<void> {
    const { rows } = await pglite.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [reported],
    )
    const parameters = rows.map(({ name, setting }) => [name, setting] as const)
    const settings = await readSettings(pglite, new Set())
    this.#database.resolve({ pglite, queue, settings, parameters })
  }

  /** Ends all connections, and rolls back their open transactions. */
  async close(): Promise<void> {
    this.#database.reject(new FatalError('57P03', 'the embedded database is closing'))
    this.#server.close()
    const ending = new FatalError(
      '57P01',
      'terminating connection: plinth dev closes the embedded database, to restart or to stop',
    )
    const clients = [...this.#clients.values()]
    for (const { connection } of clients) connection.end(ending)
    await Promise.all(clients.map(({ ended }) => ended))
    for (const socket of this.#sockets) socket.destroySoon()
  }

  /**
   * Passes on a notification of the session.
   *
   * @param pid - its sender, if it is a client
   */
  readonly notify = (channel: string, payload: string, pid = process.pid): void => {
    this.#onNotification(channel, payload)
    for (const { connection } of this.#clients.values()) connection.notify(pid, channel, payload)
  }

  async #bind(port: number): Promise<boolean> {
    this.#server.listen(port, '127.0.0.1')
    try {
      await once(this.#server, 'listening')
      return true
    } catch (error) {
      if (port === 0) throw error
      return false
    }
  }

  async #serve(socket: Socket): Promise<void> {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const reader = new MessageReader(socket)
    try {
      const login = await logIn({ socket, reader, scram: this.#scram, onCancel: this.#cancel })
      if (login !== undefined) await this.#welcome(socket, reader, login)
    } catch (error) {
      const { code, message } = FatalError.from(error)
      socket.write(errorResponse({ severity: 'FATAL', code, message }))
    }
    socket.destroySoon()
  }

  async #welcome(socket: Socket, reader: MessageReader, login: Login): Promise<void> {
    if (this.#clients.size >= mostClients)
      throw new FatalError('53300', `sorry, too many clients already: the limit is ${mostClients}`)
    const database = await this.#database.promise
    const pid = (this.#lastPid += 1)
    const secret = randomInt(2 ** 31)
    const connection = new GatewayConnection({
      socket,
      reader,
      login,
      database,
      session: {
        prepared: new PreparedStatements(`c${pid}_`, this.#epoch),
        epoch: this.#epoch,
        channels: new Set(),
        changesSettings: false,
        resetsSettings: false,
        customSettings: new Set(),
        locks: false,
      },
      onNotification: (channel, payload) => this.notify(channel, payload, pid),
    })
    const parameters = new Map([...database.parameters, ...login.settings])
    parameters.set('application_name', login.applicationName)
    parameters.set('session_authorization', embeddedName).set('is_superuser', 'on')
    for (const [name, value] of parameters)
      socket.write(message('S', cString(name), cString(value)))
    socket.write(message('K', int32(pid), int32(secret)))
    socket.write(ready(transactionStatus.idle))
    const ended = connection.run()
    this.#clients.set(pid, { connection, secret, ended })
    await ended
    this.#clients.delete(pid)
  }

  readonly #cancel = (pid: number, secret: number): void => {
    const client = this.#clients.get(pid)
    if (client?.secret === secret) client.connection.cancel()
  }
}
