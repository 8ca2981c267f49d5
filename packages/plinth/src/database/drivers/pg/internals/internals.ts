// What Plinth reads of pg's private parts. Everything that reads them is in this folder. It saves CPU and cancels
// statements at once; when the parts are not the known ones, queries use pg's public API.
import { Client, Connection, Query, type ClientBase, type PoolClient } from 'pg'
import { processWarning } from '../../../../logging/startup-warnings.ts'
import { cancelRequest, type CancelParts } from './cancel-request.ts'
import { textQuery } from './text-query.ts'

/** The socket of a client. */
export interface ClientSocket {
  cork(): void
  uncork(): void
  destroy(): void
}

/** The operations that need pg's private parts. */
export interface PgInternals {
  /** A client that leaves the text of text queries undecoded. */
  readonly Client: typeof Client
  readonly textQuery: typeof textQuery
  /** Asks the server to cancel the statement that runs on a client. */
  readonly cancel: (client: PoolClient) => void
  /** The process id that the server, or a pooler, gave to a client's session. */
  readonly processId: (client: PoolClient) => number | null
  readonly socketOf: (client: ClientBase) => ClientSocket
}

interface ClientParts extends CancelParts {
  readonly connection: { readonly stream: ClientSocket }
}

// pg's types leave out everything private.
const partsOf = (client: object): ClientParts => client as ClientParts

/** The result of the check. It belongs to the process, because all pools in it share one copy of pg. */
let checked: Promise<PgInternals | undefined> | undefined

/** Checks once per process that pg's private parts are the known ones. Undefined, with a warning, if they are not. */
export const pgInternals = (): Promise<PgInternals | undefined> => (checked ??= load())

async function load(): Promise<PgInternals | undefined> {
  try {
    // Not a static import: it reads a file inside pg-protocol, which may be gone.
    const { RawClient, readsRaw } = await import('./raw-client.ts')
    if (isKnown(new RawClient()) && readsRaw())
      return {
        Client: RawClient,
        textQuery,
        cancel: (client) => cancelRequest(partsOf(client)),
        processId: (client) => partsOf(client).processID,
        socketOf: (client) => partsOf(client).connection.stream,
      }
  } catch {
    // Something is missing, so the parts are not the known ones.
  }
  processWarning(
    "pg's internals differ from the ones Plinth knows. Queries use its public API, which costs more CPU.",
  )
  return undefined
}

const clientMethods = ['_getActiveQuery']
const connectionMethods = [
  'attachListeners',
  'parse',
  'bind',
  'execute',
  'sync',
  'cancel',
  'connect',
]
const queryMethods = ['hasBeenParsed', 'submit', 'handleReadyForQuery', 'handleError']
const clientFields = ['processID', 'secretKey', 'host', 'port', 'ssl']
const socketMethods = ['cork', 'uncork', 'destroy']

/** A client that is not connected has the fields, the methods and the socket that this folder uses. */
function isKnown(client: Client): boolean {
  const { connection } = partsOf(client)
  return (
    hasMethods(Client.prototype, clientMethods) &&
    hasMethods(Connection.prototype, [...connectionMethods, 'requestSsl']) &&
    hasMethods(Query.prototype, queryMethods) &&
    hasMethods(connection.stream, socketMethods) &&
    clientFields.every((name) => name in client) &&
    'submittedNamedStatements' in connection
  )
}

const hasMethods = (object: object, names: readonly string[]): boolean =>
  names.every((name) => typeof (object as Record<string, unknown>)[name] === 'function')
