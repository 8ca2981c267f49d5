import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { neonConfig } from '@neondatabase/serverless'
import { type DatabaseError, Pool, types } from 'pg'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** A local replacement for Neon's proxy, in front of a local Postgres. */
export interface NeonBridge {
  readonly port: number
  /** The number of statements by HTTP. */
  readonly posts: number
  /** The number of connections by WebSocket. */
  readonly sockets: number
  /** While true, refuses everything. */
  away: boolean
  /** Closes every connection, like a compute that is suspended. */
  sleep(): void
  close(): Promise<void>
}

/** Starts the bridge: WebSocket to TCP, and `POST /sql`, the two protocols of Neon's driver. */
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
    respond(request, response, poolFor).catch((error: Error) => response.destroy(error))
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

/** Points Neon's driver in this process to the bridge. */
export function useNeonBridge(port: number): void {
  neonConfig.wsProxy = (host, to) => `127.0.0.1:${port}/v2?address=${host}:${to}`
  neonConfig.fetchEndpoint = `http://127.0.0.1:${port}/sql`
  neonConfig.useSecureWebSocket = false
  // Neon's proxy accepts the password in plain text within TLS; this Postgres requires SCRAM.
  neonConfig.pipelineConnect = false
}

const raw = {
  getTypeParser: () => (value: string) => value,
} as unknown as typeof types

/** Runs a statement. Returns values as Postgres writes them, or the fields of the error. */
async function respond(
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
