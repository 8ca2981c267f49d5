// An app with sockets of every kind of end, on a server, with what its dependencies and its log say.
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { bearer } from '../../src/auth/schemes/bearer.ts'
import { dependency } from '../../src/dependencies/dependency.ts'
import { query } from '../../src/dependencies/parameter.ts'
import { HttpError } from '../../src/errors/http-error.ts'
import { SocketClose } from '../../src/errors/socket-close.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'

export type Line = Readonly<Record<string, unknown>>

/** A running service. */
export interface SocketService {
  readonly port: number
  readonly lines: Line[]
  /** The dependencies that were closed, in this order. */
  readonly closed: string[]
  /** Messages that were yielded by `/flood`, and by `/beat`. */
  readonly made: { flood: number; beat: number }
  /** Resolves with the line of a socket that has ended. */
  ended(): Promise<Line>
  stop(): Promise<void>
}

const caller = bearer({
  verify: (token) => token.startsWith('ok') && { id: token },
  required: false,
})

function routesOf(closed: string[], made: SocketService['made']) {
  const outer = dependency(async function* () {
    try {
      yield 'outer'
    } finally {
      closed.push('outer')
    }
  })
  const inner = dependency(
    { outer },
    async function* ({ outer }) {
      try {
        yield `inner of ${outer}`
      } finally {
        closed.push('inner')
      }
    },
    { scope: 'request' },
  )
  const guard = dependency(
    { caller, deny: query(z.string().optional()) },
    ({ caller, deny }) => {
      if (deny !== undefined) throw new HttpError(403, 'Not for you')
      return caller?.id ?? 'nobody'
    },
    { errors: [403] },
  )
  const rooms = router('/rooms', { dependencies: { guard, inner } })
  const room = rooms.socket(
    '/:room',
    {
      receive: z.object({ text: z.string(), n: z.int().optional() }),
      send: z.object({ text: z.string(), who: z.string() }),
      closes: { 4001: 'The room was closed' },
      errors: [403],
      limits: { message: 1000, rate: 100, ping: 300, perCaller: 3 },
    },
    async function* ({ incoming, params, guard }) {
      for await (const { text } of incoming) {
        if (text === 'return') return
        if (text === 'throw') throw new Error('the handler broke')
        if (text === 'forbidden') throw new HttpError(403, 'You have left the room')
        if (text === 'own') throw new SocketClose(4001, 'mine')
        if (text === 'misfit') yield { text: 5 as never, who: '' }
        yield { text: `${params.room}: ${text}`, who: guard }
      }
    },
  )
  const idle = rooms.socket(
    '/idle/:room',
    { receive: z.string(), limits: { idle: 50 } },
    async ({ incoming }) => {
      for await (const _ of incoming);
    },
  )
  const plain = router('')
  const flood = plain.socket('/flood', { send: z.string() }, async function* ({ signal }) {
    while (!signal.aborted) {
      made.flood++
      yield 'x'.repeat(10_000)
    }
  })
  const beat = plain.socket(
    '/beat',
    { receive: z.string(), send: z.string() },
    async function* ({ incoming }) {
      for await (const text of incoming) {
        made.beat++
        yield text
      }
    },
  )
  return { rooms: { room, idle }, plain: { flood, beat } }
}

/** Starts the service until the test is over. */
export async function startSockets(): Promise<SocketService> {
  const lines: Line[] = []
  const closed: string[] = []
  const made = { flood: 0, beat: 0 }
  const waiting: ((line: Line) => void)[] = []
  const write = (text: string): void => {
    const line = JSON.parse(text) as Line
    lines.push(line)
    if (line['close'] !== undefined) waiting.shift()?.(line)
  }
  const log = createLogger({ level: 'debug', format: 'json', destination: { write } })
  const api = app({ title: 'Sockets', routes: routesOf(closed, made), log })
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  const stop = (): Promise<void> => server.close()
  onTestFinished(stop)
  return {
    port: server.port,
    lines,
    closed,
    made,
    ended: () => new Promise((resolve) => waiting.push(resolve)),
    stop,
  }
}

/** How a socket has ended, as its client sees it. */
export interface ClientEnd {
  readonly code: number
  readonly reason: string
}

/** Opens a socket with the package `ws`. */
export async function open(port: number, path: string, token?: string): Promise<WebSocket> {
  const protocols = token === undefined ? ['plinth'] : ['plinth', `bearer.${token}`]
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols)
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}

export async function endOf(socket: WebSocket): Promise<ClientEnd> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { code, reason: reason.toString() }
}
