import { Connection } from 'pg'

/** The private fields of a client that identify its session to the server. */
export interface CancelParts {
  readonly processID: number | null
  readonly secretKey: number | null
  readonly host: string
  readonly port: number
  readonly ssl: boolean | object
}

/** A connection's private methods. pg's types leave them out. */
interface CancelConnection {
  on(event: 'error' | 'connect' | 'sslconnect', listener: () => void): void
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number | null, secretKey: number | null): void
}

/**
 * Sends a cancel request for the statement that runs on a client.
 *
 * Postgres takes it on a connection of its own, without a login, and sends no response.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelRequest({ processID, secretKey, host, port, ssl }: CancelParts): void {
  const options: object = { ssl }
  const created: object = new Connection(options)
  // The methods are private: pg's types leave them out.
  const connection = created as CancelConnection
  const send = (): void => connection.cancel(processID, secretKey)
  connection.on('error', () => {})
  connection.on('connect', () => (ssl ? connection.requestSsl() : send()))
  connection.on('sslconnect', send)
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
}
