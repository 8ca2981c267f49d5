import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Acts like PgBouncer 1.21 and newer for a client: changing backends, and renamed statements. */
export interface RenamingPooler {
  readonly port: number
  close(): Promise<void>
}

/** A message of the protocol: type, length, content. The first one of a client has no type. */
type Message = { readonly type: string; readonly content: Buffer }

/** Splits a stream into messages. */
function messages(hasStartup: boolean, handle: (message: Message) => void) {
  let rest = Buffer.alloc(0)
  let startup = hasStartup
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const head = startup ? 0 : 1
      if (rest.length < head + 4) return
      const end = head + rest.readUInt32BE(head)
      if (rest.length < end) return
      handle({
        type: rest.toString('latin1', 0, head),
        content: Buffer.from(rest.subarray(head + 4, end)),
      })
      rest = rest.subarray(end)
      startup = false
    }
  }
}

function write(socket: Socket, { type, content }: Message): void {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length + 4)
  socket.write(Buffer.concat([Buffer.from(type, 'latin1'), length, content]))
}

/** The number of zero-terminated texts before the name: none in Parse, the portal in Bind. */
const textsBefore: Readonly<Record<string, number>> = { P: 0, B: 1 }

function renamed(message: Message): Message {
  const before = textsBefore[message.type]
  if (before === undefined) return message
  const { content } = message
  const at = before === 0 ? 0 : content.indexOf(0) + 1
  if (content[at] === 0) return message
  const name = Buffer.concat([
    content.subarray(0, at),
    Buffer.from('POOLER_'),
    content.subarray(at),
  ])
  return { type: message.type, content: name }
}

function withOtherProcess(message: Message): Message {
  if (message.type !== 'K') return message
  const content = Buffer.from(message.content)
  content.writeUInt32BE(content.readUInt32BE(0) ^ 0x10_00_00, 0)
  return { type: 'K', content }
}

/** Starts the pooler in front of a local server. */
export async function startRenamingPooler(serverPort: number): Promise<RenamingPooler> {
  const sockets = new Set<Socket>()
  const listening = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1')
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
    client.on(
      'data',
      messages(true, (message) => write(server, renamed(message))),
    )
    server.on(
      'data',
      messages(false, (message) => write(client, withOtherProcess(message))),
    )
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    close: async () => {
      listening.close()
      for (const socket of sockets) socket.destroy()
      await once(listening, 'close')
    },
  }
}
