import type { Socket } from 'node:net'
import { FatalError } from './fatal-error.ts'
import { embeddedName, holdOption } from './gateway-names.ts'
import type { MessageReader } from './message-reader.ts'
import { cString, int32, message, textAt } from './messages.ts'
import type { Scram } from './scram.ts'
import type { SessionSettings } from './session-settings.ts'

/** The request of a client that connects. */
export interface Login {
  readonly settings: SessionSettings
  readonly applicationName: string
  /** True if the client keeps the session from its first statement on, until it disconnects. */
  readonly holds: boolean
}

/** Milliseconds for the login. */
const timeout = 10_000
/** Bytes of a message before the login is complete. */
const limit = 10_000

const [cancelRequest, tlsRequest, gssRequest] = [80877102, 80877103, 80877104]
const mechanism = 'SCRAM-SHA-256'

const authentication = (kind: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  message('R', int32(kind), data)

/** The two sides of a connection, and how to log in. */
export interface LoginContext {
  readonly socket: Socket
  readonly reader: MessageReader
  readonly scram: Scram
  /** Called for a request to cancel the statement of another connection. */
  readonly onCancel: (pid: number, secret: number) => void
}

/**
 * Reads a client's first messages, up to the proof that it knows the password.
 *
 * @returns undefined if the client is gone, or only wanted to cancel a statement
 */
export async function logIn(context: LoginContext): Promise<Login | undefined> {
  const { socket } = context
  const timer = setTimeout(() => socket.destroy(), timeout)
  try {
    const parameters = await readStartup(context)
    if (parameters === undefined || !(await authenticate(context))) return undefined
    return loginOf(parameters)
  } finally {
    clearTimeout(timer)
  }
}

async function readStartup(
  context: LoginContext,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { socket, reader } = context
  for (;;) {
    const bytes = await reader.next({ typed: false, limit })
    if (bytes === undefined || bytes.length < 8) return undefined
    const version = bytes.readUInt32BE(4)
    if (version === cancelRequest) {
      if (bytes.length >= 16) context.onCancel(bytes.readInt32BE(8), bytes.readInt32BE(12))
      return undefined
    }
    if (version === tlsRequest || version === gssRequest) {
      socket.write('N')
      continue
    }
    if (version >>> 16 !== 3)
      throw new FatalError('0A000', 'only version 3 of the Postgres protocol is supported')
    const parameters = parametersOf(bytes)
    const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'))
    if ((version & 0xffff) !== 0 || unknown.length > 0)
      socket.write(message('v', int32(0), int32(unknown.length), ...unknown.map(cString)))
    return parameters
  }
}

function parametersOf(bytes: Buffer): Map<string, string> {
  const texts = bytes.toString('utf8', 8).split('\0')
  const found = new Map<string, string>()
  for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2)
    found.set(texts[at] ?? '', texts[at + 1] ?? '')
  return found
}

async function authenticate({ socket, reader, scram }: LoginContext): Promise<boolean> {
  socket.write(authentication(10, Buffer.concat([cString(mechanism), Buffer.from([0])])))
  const first = await reader.next({ typed: true, limit })
  if (first === undefined) return false
  const name = textAt(first, 5)
  const login =
    name === mechanism ? scram.begin(first.toString('utf8', 5 + name.length + 5)) : undefined
  if (login === undefined) throw wrongPassword()
  socket.write(authentication(11, Buffer.from(login.challenge)))
  const last = await reader.next({ typed: true, limit })
  if (last === undefined) return false
  const proof = login.finish(last.toString('utf8', 5))
  if (proof === undefined) throw wrongPassword()
  socket.write(Buffer.concat([authentication(12, Buffer.from(proof)), authentication(0)]))
  return true
}

const wrongPassword = (): FatalError =>
  new FatalError('28P01', `password authentication failed for user "${embeddedName}"`)

/** Parameters that are not settings, or whose only value is the one in use. */
const ignored = new Set(['user', 'database', 'options', 'replication', 'application_name'])

function loginOf(parameters: ReadonlyMap<string, string>): Login {
  const user = parameters.get('user') ?? ''
  const database = parameters.get('database') ?? user
  if (user !== embeddedName) throw wrongPassword()
  if (database !== embeddedName)
    throw new FatalError(
      '3D000',
      `database "${database}" does not exist: an embedded database has only "${embeddedName}"`,
    )
  const settings = [...parameters]
    .filter(([name]) => !ignored.has(name) && !name.startsWith('_pq_.'))
    .filter(([name, value]) => name !== 'client_encoding' || !/^'?utf-?8'?$/i.test(value))
    .concat(optionsOf(parameters.get('options') ?? ''))
  return {
    settings: settings.filter(([name]) => name !== holdOption),
    applicationName: parameters.get('application_name') ?? '',
    holds: settings.some(([name, value]) => name === holdOption && value === 'on'),
  }
}

/** Reads `-c name=value` and `--name=value`, in which a backslash quotes a blank. */
const optionsOf = (text: string): [string, string][] =>
  [...text.matchAll(/(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)/g)].map(
    ([, name = '', value = '']) => [name.replaceAll('-', '_'), value.replaceAll(/\\(.)/g, '$1')],
  )
