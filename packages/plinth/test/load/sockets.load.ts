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
  /** Seconds of each turn of a server, and turns. */
  readonly seconds: number
  readonly turns: number
}

type Kind = 'bare' | 'plinth'

/** The result of a load. */
export interface Echoes {
  readonly server: Kind
  readonly sent: number
  readonly echoed: number
  /** Microseconds of the server's CPU time for a message in and out, by turn. */
  readonly cpu: readonly number[]
  /** Kilobytes for an idle socket: of the server's memory, of that without the space for new objects, and of objects. */
  readonly rss: number
  readonly memory: number
  readonly heap: number
}

/** A server in its own process, and the client's ends of its sockets. */
class EchoServer {
  readonly #process: ChildProcess
  readonly #kind: Kind
  #port = 0
  #sockets: WebSocket[] = []
  #idle = { rss: 0, memory: 0, heap: 0 }
  #sent = 0
  #echoed = 0
  readonly #cpu: number[] = []

  constructor(kind: Kind) {
    this.#kind = kind
    const path = fileURLToPath(new URL('socket-server.ts', import.meta.url))
    this.#process = fork(path, [kind], {
      execArgv: [...process.execArgv, '--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  /** Opens the sockets, and measures their memory. */
  async start(count: number): Promise<void> {
    this.#port = (await this.#usage()).port
    // What the first sockets load and compile is not the memory of a socket. They stay open, so that none is reused.
    const first = await this.#connect(Math.ceil(count / 2))
    const before = await this.#usage('settle')
    this.#sockets = await this.#connect(count)
    const after = await this.#usage('settle')
    const each = (bytes: number): number => Math.round(bytes / count / 100) / 10
    this.#idle = {
      rss: each(after.rss - before.rss),
      memory: each(after.memory - before.memory),
      heap: each(after.heap - before.heap),
    }
    for (const socket of first) socket.terminate()
  }

  /** Sends messages for some time, and waits for the last one to come back. */
  async turn({ rate, seconds }: EchoLoad): Promise<void> {
    const before = await this.#usage('now')
    const echoed = this.#echoed
    const started = performance.now()
    let sent = 0
    const waiting = (): number => sent - (this.#echoed - echoed)
    for (let passed = 0; passed < seconds; passed = (performance.now() - started) / 1000) {
      // No more than a second's worth is on its way, so that a slow machine has no growing queue.
      for (; sent < passed * rate && waiting() < rate; sent++)
        this.#sockets[sent % this.#sockets.length]!.send(`{"n":${sent},"text":"hello there"}`)
      await delay(2)
    }
    while (waiting() > 0) await delay(2)
    const { cpu } = await this.#usage('now')
    this.#cpu.push(((cpu - before.cpu) * 1000) / sent)
    this.#sent += sent
  }

  result(): Echoes {
    const counts = { sent: this.#sent, echoed: this.#echoed }
    return { server: this.#kind, ...counts, cpu: this.#cpu, ...this.#idle }
  }

  stop(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#process.kill('SIGKILL')
  }

  async #usage(ask?: 'settle' | 'now'): Promise<Usage> {
    const told = once(this.#process, 'message')
    if (ask !== undefined) this.#process.send(ask)
    const [usage] = (await told) as [Usage]
    return usage
  }

  /** Opens sockets, a few at a time. */
  async #connect(count: number): Promise<WebSocket[]> {
    const all: WebSocket[] = []
    const atOnce = 50
    while (all.length < count) {
      const some = Array.from({ length: Math.min(atOnce, count - all.length) }, async () => {
        const url = `ws://127.0.0.1:${this.#port}/`
        const socket = new WebSocket(url, { perMessageDeflate: false })
        socket.on('message', () => this.#echoed++)
        await once(socket, 'open')
        return socket
      })
      all.push(...(await Promise.all(some)))
    }
    return all
  }
}

/** Runs a load against servers that take turns, so that a busy machine slows down each of them alike. */
export async function echo(kinds: readonly Kind[], load: EchoLoad): Promise<readonly Echoes[]> {
  const servers = kinds.map((kind) => new EchoServer(kind))
  try {
    for (const server of servers) await server.start(load.sockets)
    for (let turn = 0; turn < load.turns; turn++)
      for (const server of turn % 2 === 0 ? servers : servers.toReversed()) await server.turn(load)
    return servers.map((server) => server.result())
  } finally {
    for (const server of servers) server.stop()
  }
}

const full: EchoLoad = { sockets: 2000, rate: 20_000, seconds: 1, turns: 14 }
/** Turns before the code is compiled, which do not count. */
const cold = 2
/** The CPU time of a message as a multiple of that of `ws` alone, and the kilobytes of an idle socket, at most. */
const most = { cpu: 1.5, memory: 7 }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

export const load: Load['load'] = async () => {
  const all = await echo(['bare', 'plinth'], full)
  const [bare] = all
  const rows = all.map(({ server, sent, echoed, cpu, rss, memory, heap }) => {
    const times = median(cpu.map((each, turn) => each / bare!.cpu[turn]!).slice(cold))
    const µs = rounded(median(cpu.slice(cold)), 1)
    return { server, sent, echoed, µs, times: rounded(times, 2), rss, memory, heap }
  })
  const { times, memory } = rows[1]!
  const title = `${full.sockets} sockets, ${full.rate} messages per second; CPU of a message and kB of an idle socket`
  return {
    tables: { [title]: rows },
    problems: [
      ...(times > most.cpu ? [`a message costs ${times} times the CPU of ws`] : []),
      ...(memory > most.memory ? [`an idle socket takes ${memory} kB`] : []),
    ],
  }
}
