import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { neonConfig } from '@neondatabase/serverless'
import { type DatabaseError, Pool, types } from 'pg'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** What Neon's proxy does, in front of a Postgres of this machine. */
export interface NeonBridge {
  readonly port: number
  /** Statements that came by HTTP. */
  readonly posts: number
  /** Connections that came by WebSocket. */
  readonly sockets: number
  /** Says no to everything, as long as it is true. */
  away: boolean
  /** Ends every connection, as a compute does that goes to sleep. */
  sleep(): void
  close(): Promise<void>
}

/** WebSocket to TCP, and `POST /sql`: the two ways by which Neon's driver speaks to a database. */
export async function startNeonBridge(): Promise<NeonBridge> {
  const counts = { posts: 0, sockets: 0 }
  let away = false
  const pools = new Map<string, Pool>()
  const poolFor = (url: string): Pool => {
    const known = pools.get(url)
    if (known !== undefined) return known
    const pool = new Pool({ connectionString: url, idleTimeoutMillis: 500, max: 20, types: raw })
    pool.on('error', () => {})
    pools.set(url, pool)
    return pool
  }
  const http = createServer((request, response) => {
    counts.posts += 1
    if (away) return void request.socket.destroy()
    answer(request, response, poolFor).catch((error: Error) => response.destroy(error))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) => {
    if (away) return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (opened) => {
      counts.sockets += 1
      const url = new URL(request.url ?? '', 'http://bridge')
      const [host, port] = (url.searchParams.get('address') ?? '').split(':')
      const onward = connect(Number(port), host)
      const stream = createWebSocketStream(opened)
      stream.pipe(onward).pipe(stream)
      stream.on('error', () => onward.destroy())
      onward.on('error', () => opened.terminate())
      onward.on('close', () => opened.close())
      opened.on('close', () => onward.destroy())
    })
  })
  const sleep = (): void => {
    for (const socket of sockets.clients) socket.terminate()
    http.closeAllConnections()
  }
  return {
    port: (http.address() as AddressInfo).port,
    get posts() {
      return counts.posts
    },
    get sockets() {
      return counts.sockets
    },
    get away() {
      return away
    },
    set away(next) {
      away = next
      if (next) sleep()
    },
    sleep,
    close: async () => {
      sleep()
      http.close()
      await once(http, 'close')
      await Promise.all([...pools.values()].map((pool) => pool.end()))
    },
  }
}

/** Sends what Neon's driver says, in this process, to the bridge. */
export function useNeonBridge(port: number): void {
  neonConfig.wsProxy = (host, to) => `127.0.0.1:${port}/v2?address=${host}:${to}`
  neonConfig.fetchEndpoint = `http://127.0.0.1:${port}/sql`
  neonConfig.useSecureWebSocket = false
  // Neon's proxy takes the password in clear, within its TLS; this Postgres wants SCRAM.
  neonConfig.pipelineConnect = false
}

const raw = {
  getTypeParser: () => (value: string) => value,
} as unknown as typeof types

/** One statement; values as Postgres writes them, or the error in its parts. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  poolFor: (url: string) => Pool,
): Promise<void> {
  const reply = (status: number, body: unknown): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body))
  const url = request.headers['neon-connection-string']
  if (request.method !== 'POST' || request.url !== '/sql' || typeof url !== 'string')
    return reply(404, {})
  const { query, params } = JSON.parse(await text(request)) as { query: string; params: unknown[] }
  try {
    const asked = { text: query, values: params, rowMode: 'array', queryMode: 'extended' } as const
    const { fields, command, rowCount, rows } = await poolFor(url).query(asked)
    reply(200, { fields, command, rowCount, rows, rowAsArray: true })
  } catch (error) {
    const { message, ...parts } = error as DatabaseError
    reply(400, { ...parts, message })
  }
}
