// A server of sockets that echo messages, in its own process: with Plinth, or with `ws` alone.
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { WebSocketServer } from 'ws'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'

/** The resources that the server has used so far. */
export interface Usage {
  readonly port: number
  /** Milliseconds of CPU time. */
  readonly cpu: number
  /** Bytes of memory, after a garbage collection. */
  readonly rss: number
  /**
   * Bytes of memory without the space for new objects.
   *
   * V8 enlarges that in steps, to 32 MB and more, under any load, so it is not the memory of the sockets that happen to
   * be opened at the time.
   */
  readonly memory: number
  /** Bytes of JavaScript objects, after a garbage collection. */
  readonly heap: number
}

async function servePlinth(): Promise<number> {
  const Message = z.object({ n: z.int(), text: z.string() })
  const echoes = router('')
  const echo = echoes.socket(
    '/',
    { receive: Message, send: Message, limits: { rate: 1000 } },
    async function* ({ incoming }) {
      for await (const message of incoming) yield message
    },
  )
  const api = app({
    title: 'Echo',
    routes: { echoes: { echo } },
    log: createLogger({ level: 'warn' }),
  })
  const { port } = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  return port
}

async function serveBare(): Promise<number> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 65_536,
    clientTracking: false,
  })
  const server = createServer()
  server.on('upgrade', (incoming, socket, head) =>
    sockets.handleUpgrade(incoming, socket, head, (ws) => {
      ws.on('message', (data: Buffer) => ws.send(JSON.stringify(JSON.parse(data.toString()))))
      ws.on('error', () => {})
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

const port = await (process.argv[2] === 'bare' ? serveBare() : servePlinth())

/** Collects the garbage, which the system gives back a little later. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await delay(50)
  }
}

process.on('message', (asked) => {
  void (asked === 'settle' ? settle() : Promise.resolve()).then(() => {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    const cpu = (user + system) / 1000
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    const memory = rss - young!.physical_space_size
    process.send!({ port, cpu, rss, memory, heap: heapUsed } satisfies Usage)
  })
})
process.send!({ port, cpu: 0, rss: 0, memory: 0, heap: 0 } satisfies Usage)
