// Sockets that echo messages: CPU time for a message, and memory of an idle socket, beside the package `ws` alone.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import type { Load } from './main.ts'
import type { Usage } from './socket-server.ts'

/** The size of a load. */
export interface EchoLoad {
  readonly sockets: number
  /** Messages per second, over all sockets. */
  readonly rate: number
  readonly seconds: number
}

/** The result of a load. */
export interface Echoes {
  readonly server: 'bare' | 'plinth'
  readonly sent: number
  readonly echoed: number
  readonly perSecond: number
  /** Microseconds of the server's CPU time for a message in and out. */
  readonly cpu: number
  /** Kilobytes of the server's memory for an idle socket. */
  readonly memory: number
}

class EchoServer {
  readonly #process: ChildProcess

  constructor(kind: Echoes['server']) {
    const path = fileURLToPath(new URL('socket-server.ts', import.meta.url))
    this.#process = fork(path, [kind], {
      execArgv: [...process.execArgv, '--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  async usage(ask?: 'settle' | 'now'): Promise<Usage> {
    const told = once(this.#process, 'message')
    if (ask !== undefined) this.#process.send(ask)
    const [usage] = (await told) as [Usage]
    return usage
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }
}

/** Opens sockets, a few at a time, and counts what they echo. */
async function connect(port: number, count: number, onEcho: () => void): Promise<WebSocket[]> {
  const all: WebSocket[] = []
  const atOnce = 50
  while (all.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - all.length) }, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
      socket.on('message', onEcho)
      await once(socket, 'open')
      return socket
    })
    all.push(...(await Promise.all(some)))
  }
  return all
}

/** Runs a load against a server of one kind. */
export async function echo(server: Echoes['server'], load: EchoLoad): Promise<Echoes> {
  const process = new EchoServer(server)
  try {
    const { port } = await process.usage()
    // What the first sockets load and compile is not the memory of a socket.
    for (const socket of await connect(port, warmUp, () => {})) socket.terminate()
    const empty = await process.usage('settle')
    let echoed = 0
    const sockets = await connect(port, load.sockets, () => echoed++)
    const idle = await process.usage('settle')
    const started = performance.now()
    let sent = 0
    for (let passed = 0; passed < load.seconds; passed = (performance.now() - started) / 1000) {
      // No more than a second's worth is on its way, so that a slow machine has no growing queue.
      for (; sent < passed * load.rate && sent - echoed < load.rate; sent++)
        sockets[sent % sockets.length]!.send(`{"n":${sent},"text":"hello there"}`)
      await delay(2)
    }
    const perSecond = Math.round(echoed / load.seconds)
    const isWhole = (): boolean => echoed >= sent
    while (!isWhole()) await delay(5)
    const after = await process.usage('now')
    for (const socket of sockets) socket.terminate()
    return {
      server,
      sent,
      echoed,
      perSecond,
      cpu: Math.round(((after.cpu - idle.cpu) * 10_000) / echoed) / 10,
      memory: Math.round((idle.memory - empty.memory) / load.sockets / 100) / 10,
    }
  } finally {
    process.stop()
  }
}

/** Sockets that are opened before the memory is measured. */
const warmUp = 100

const full: EchoLoad = { sockets: 2000, rate: 20_000, seconds: 6 }
/** The CPU time of a message as a multiple of that of `ws` alone, and the kilobytes of an idle socket, at most. */
const most = { cpu: 1.5, memory: 18 }

export const load: Load['load'] = async () => {
  const bare = await echo('bare', full)
  const plinth = await echo('plinth', full)
  const times = plinth.cpu / bare.cpu
  return {
    tables: {
      [`${full.sockets} sockets, ${full.rate} messages per second for ${full.seconds} s`]: [
        bare,
        plinth,
      ],
    },
    problems: [
      ...(times > most.cpu ? [`a message costs ${times.toFixed(2)} times the CPU of ws`] : []),
      ...(plinth.memory > most.memory ? [`an idle socket takes ${plinth.memory} kB`] : []),
    ],
  }
}
